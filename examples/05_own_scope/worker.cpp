// Uses the tools of the scope that it is started in.
#include "tool.roi.hpp"

#include <iostream>

int main() {
    demo::ToolClient saw{roi::named("saw")};
    demo::ToolClient plane{roi::named("plane")};
    std::cout << "worker: " << saw.work("pine") << "\n"
              << "worker: " << plane.work("pine") << "\n";
}
