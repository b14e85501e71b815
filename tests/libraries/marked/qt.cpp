// Starts and asks a timer of another runtime.
#include "qelapsedtimer.roi.hpp"

#include "marked.hpp"

int main() {
    marked::pair both;
    roi::runtime::use serve{both.server};
    QElapsedTimerServer server{roi::as("object")};
    roi::runtime::use call{both.client};
    QElapsedTimerClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(!remote.isValid());
    remote.start();
    MARKED_CHECK(remote.isValid());
    MARKED_CHECK(!remote.hasExpired(1'000'000'000));
    MARKED_CHECK(remote.restart() >= 0);
    remote.invalidate();
    MARKED_CHECK(!remote.isValid());
    return 0;
}
