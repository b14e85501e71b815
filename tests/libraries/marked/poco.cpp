// Runs a stopwatch of another runtime.
#include "Stopwatch.roi.hpp"

#include "marked.hpp"

int main() {
    marked::pair both;
    roi::runtime::use serve{both.server};
    Poco::StopwatchServer server{roi::as("object")};
    roi::runtime::use call{both.client};
    Poco::StopwatchClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(remote.elapsed() == 0);
    remote.start();
    while (remote.elapsed() == 0) {
    }
    remote.stop();
    MARKED_CHECK(remote.elapsed() > 0);
    remote.reset();
    MARKED_CHECK(remote.elapsedSeconds() == 0);
    return 0;
}
