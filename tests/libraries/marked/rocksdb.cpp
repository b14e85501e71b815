// Counts memory in a final class of another runtime.
#include "write_buffer_manager.roi.hpp"

#include "marked.hpp"

int main() {
    marked::pair both;
    roi::runtime::use serve{both.server};
    rocksdb::WriteBufferManagerServer server{roi::as("object"), std::size_t{1000}};
    roi::runtime::use call{both.client};
    rocksdb::WriteBufferManagerClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(remote.enabled());
    MARKED_CHECK(remote.buffer_size() == 1000);
    remote.ReserveMem(100);
    MARKED_CHECK(remote.memory_usage() == 100);
    remote.SetBufferSize(5000);
    MARKED_CHECK(remote.buffer_size() == 5000);
    return 0;
}
