#include "behaviour/support/direct_engine.hpp"
namespace roi::net {
std::unique_ptr<engine> make_engine(engine_options) { return testing::make_direct_engine(); }
std::unique_ptr<engine> make_engine(boost::asio::io_context&, engine_options) { return testing::make_direct_engine(); }
}
