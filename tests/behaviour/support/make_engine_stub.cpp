// Stands in for the engine on a user's io_context until that is there.
#include "net/engine.hpp"

namespace roi::net {

__attribute__((weak)) std::unique_ptr<engine> make_engine(boost::asio::io_context&,
                                                          engine_options) {
    return nullptr;
}

}  // namespace roi::net
