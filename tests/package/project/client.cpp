// Uses the client alone; it is linked, and not run.
#include "greet/greeter.roi.hpp"

int main() {
    greet::GreeterClient greeter;
    return greeter.greet("you").text.empty() ? 1 : 0;
}
