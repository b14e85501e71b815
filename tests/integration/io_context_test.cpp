// A user's io_context and a real name server: publishing before the context runs, and from inside.
#include "counter.roi.hpp"
#include "name_service.roi.hpp"
#include "support/process.hpp"

#include <roi/runtime.hpp>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace std::chrono_literals;
using roi::support::process;
using roi::support::scoped_environment;
using roi::support::surroundings;

struct names {
    surroundings here;
    scoped_environment environment{here.environment()};
    process daemon{here.run(NAMESERVER, {"--ephemeral"})};
    roi::runtime asking;
    names() { daemon.wait_for("ready unix:"); }
    bool holds(const std::string& name) {
        const roi::runtime::use current{asking};
        roi::naming::name_service_client server{
            roi::at("unix:" + here.name_server_socket().string(), "nameserver")};
        return server.resolve({"/", name, {}, {}}).status == roi::naming::status::ok;
    }
};

TEST_CASE("an object is published on an io_context before anybody runs it") {
    names there;
    boost::asio::io_context context;
    roi::runtime runtime{context};
    {
        const test::counter_server counter{roi::as("early").on(runtime)};
        CHECK(counter.roi_servant().is_registered());
        CHECK(there.holds("early"));
        // A conflict is told at once as well.
        CHECK_THROWS_AS(test::counter_server{roi::as("early").on(there.asking)}, roi::error);
    }
    CHECK_FALSE(there.holds("early"));
    runtime.stop(0s);
}

TEST_CASE("an object is published from the thread that runs the io_context") {
    names there;
    boost::asio::io_context context;
    roi::runtime runtime{context};
    std::optional<test::counter_server> counter;
    boost::asio::post(context, [&] { counter.emplace(roi::as("inside").on(runtime)); });
    while (!counter || !counter->roi_servant().is_registered())
        context.run_one();
    CHECK(there.holds("inside"));
    boost::asio::post(context, [&] { counter.reset(); });
    while (counter)
        context.run_one();
    CHECK_FALSE(there.holds("inside"));
    runtime.stop(0s);
}

}  // namespace
