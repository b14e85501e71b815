// The server of demo::Kitchen. Written by hand as idlc would write it, from kitchen.hpp.
#include "behaviour/handwritten/kitchen.roi.hpp"

#include <roi/codec.hpp>
#include <roi/codec/task.hpp>

namespace demo {
namespace {

using roi::generated::field;

struct codec : roi::generated::codec<codec> {
    static void write(roi::wire::writer& out, const kitchen_error& value) {
        put(out, 1, value.code);
    }
    static void write(roi::wire::writer& out, const burnt& value) {
        put(out, 2, value.dish);
        put<kitchen_error>(out, 1, value);
    }
    static void write(roi::wire::writer& out, const odd& value) { put(out, 1, value.number); }
};

bool describe_exception(std::exception_ptr thrown, roi::generated::exception_writer& out) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const burnt& error) {
        roi::wire::writer fields;
        codec::write(fields, error);
        out.add("demo.burnt", fields, error.what());
        roi::wire::writer base_fields;
        codec::write(base_fields, static_cast<const kitchen_error&>(error));
        out.add("demo.kitchen_error", base_fields, error.what());
        return true;
    } catch (const kitchen_error& error) {
        roi::wire::writer fields;
        codec::write(fields, error);
        out.add("demo.kitchen_error", fields, error.what());
        return true;
    } catch (const odd& error) {
        roi::wire::writer fields;
        codec::write(fields, error);
        out.add("demo.odd", fields, "");
        return true;
    } catch (...) {
        return false;
    }
}

constexpr roi::generated::method echo_method{
    .id = 0xb7bc3fa0da2353e7,
    .name = "echo",
};

void serve_echo(void* object, roi::generated::incoming& call) {
    std::string text{};
    codec::get_fields(call, field{1, text});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->echo(text);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method add_method{
    .id = 0xc941b2a5c22be11d,
    .name = "add",
    .promise = roi::generated::semantics::at_least_once,
};

void serve_add(void* object, roi::generated::incoming& call) {
    int a{};
    int b{};
    codec::get_fields(call, field{1, a}, field{2, b});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->add(a, b);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method swap_method{
    .id = 0xb9ee8b7cb9e674ae,
    .name = "swap",
};

void serve_swap(void* object, roi::generated::incoming& call) {
    std::string a{};
    std::string b{};
    codec::get_fields(call, field{1, a}, field{2, b});
    call.decoded();
    const int result = static_cast<Kitchen*>(object)->swap(a, b);
    codec::put_fields(call, field{1, result}, field{2, a}, field{3, b});
}

constexpr roi::generated::method fail_method{
    .id = 0xb9f701e8512bea8c,
    .name = "fail",
};

void serve_fail(void* object, roi::generated::incoming& call) {
    std::string kind{};
    codec::get_fields(call, field{1, kind});
    call.decoded();
    static_cast<Kitchen*>(object)->fail(kind);
}

constexpr roi::generated::method nothing_method{
    .id = 0xe1b319c679b54025,
    .name = "nothing",
};

void serve_nothing(void* object, roi::generated::incoming& call) {
    call.decoded();
    static_cast<Kitchen*>(object)->nothing();
}

constexpr roi::generated::method hold_method{
    .id = 0xb84d3dcf8dff3086,
    .name = "hold",
};

void serve_hold(void* object, roi::generated::incoming& call) {
    call.decoded();
    static_cast<Kitchen*>(object)->hold();
}

constexpr roi::generated::method hold_together_method{
    .id = 0xce02596c08de0235,
    .name = "hold_together",
    .concurrent = true,
};

void serve_hold_together(void* object, roi::generated::incoming& call) {
    call.decoded();
    static_cast<Kitchen*>(object)->hold_together();
}

constexpr roi::generated::method hold_on_worker_method{
    .id = 0x190a78b48f7fd6d6,
    .name = "hold_on_worker",
    .blocking = true,
};

void serve_hold_on_worker(void* object, roi::generated::incoming& call) {
    call.decoded();
    static_cast<Kitchen*>(object)->hold_on_worker();
}

constexpr roi::generated::method wait_until_cancelled_method{
    .id = 0xc2c62d4d55471cb1,
    .name = "wait_until_cancelled",
};

void serve_wait_until_cancelled(void* object, roi::generated::incoming& call) {
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->wait_until_cancelled();
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method ask_method{
    .id = 0x2a5f425a8d010015,
    .name = "ask",
};

void serve_ask(void* object, roi::generated::incoming& call) {
    std::string name{};
    std::string text{};
    codec::get_fields(call, field{1, name}, field{2, text});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->ask(name, text);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method bounce_method{
    .id = 0x6ffd9a3e63ae8f69,
    .name = "bounce",
};

void serve_bounce(void* object, roi::generated::incoming& call) {
    std::string self{};
    std::string via{};
    int depth{};
    codec::get_fields(call, field{1, self}, field{2, via}, field{3, depth});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->bounce(self, via, depth);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method ask_to_wait_method{
    .id = 0x6f0a1c3096e11569,
    .name = "ask_to_wait",
};

void serve_ask_to_wait(void* object, roi::generated::incoming& call) {
    std::string name{};
    codec::get_fields(call, field{1, name});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->ask_to_wait(name);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method ask_to_hold_method{
    .id = 0x3b291a9385149e77,
    .name = "ask_to_hold",
};

void serve_ask_to_hold(void* object, roi::generated::incoming& call) {
    std::string name{};
    int milliseconds{};
    codec::get_fields(call, field{1, name}, field{2, milliseconds});
    call.decoded();
    static_cast<Kitchen*>(object)->ask_to_hold(name, milliseconds);
}

constexpr roi::generated::method hold_and_ask_method{
    .id = 0x2bc9c0e202230bab,
    .name = "hold_and_ask",
};

void serve_hold_and_ask(void* object, roi::generated::incoming& call) {
    std::string name{};
    codec::get_fields(call, field{1, name});
    call.decoded();
    static_cast<Kitchen*>(object)->hold_and_ask(name);
}

constexpr roi::generated::method who_method{
    .id = 0xfcad43bcde01c702,
    .name = "who",
};

void serve_who(void* object, roi::generated::incoming& call) {
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->who();
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method milliseconds_left_method{
    .id = 0xcc3e16db50380a0c,
    .name = "milliseconds_left",
};

void serve_milliseconds_left(void* object, roi::generated::incoming& call) {
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->milliseconds_left();
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method milliseconds_left_inside_method{
    .id = 0xc405708a428470db,
    .name = "milliseconds_left_inside",
};

void serve_milliseconds_left_inside(void* object, roi::generated::incoming& call) {
    std::string name{};
    bool detached{};
    codec::get_fields(call, field{1, name}, field{2, detached});
    call.decoded();
    const auto result = static_cast<Kitchen*>(object)->milliseconds_left_inside(name, detached);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::method add_later_method{
    .id = 0xfedea4f8afbc533d,
    .name = "add_later",
};

struct add_later_arguments {
    int a{};
    int b{};
    int milliseconds{};
};

void serve_add_later(void* object, roi::generated::incoming& call) {
    auto& kept = call.keep<add_later_arguments>();
    codec::get_fields(call, field{1, kept.a}, field{2, kept.b}, field{3, kept.milliseconds});
    call.decoded();
    roi::generated::finish_with(
        call, static_cast<Kitchen*>(object)->add_later(kept.a, kept.b, kept.milliseconds),
        [](roi::wire::writer& out, const int& result) { codec::put(out, 1, result); });
}

constexpr roi::generated::method ask_later_method{
    .id = 0x0cff4c9afce228b2,
    .name = "ask_later",
};

struct ask_later_arguments {
    std::string name{};
    std::string text{};
};

void serve_ask_later(void* object, roi::generated::incoming& call) {
    auto& kept = call.keep<ask_later_arguments>();
    codec::get_fields(call, field{1, kept.name}, field{2, kept.text});
    call.decoded();
    roi::generated::finish_with(
        call, static_cast<Kitchen*>(object)->ask_later(kept.name, kept.text),
        [](roi::wire::writer& out, const std::string& result) { codec::put(out, 1, result); });
}

constexpr roi::generated::method fail_later_method{
    .id = 0xd0e7993f620d2e85,
    .name = "fail_later",
};

struct fail_later_arguments {
    std::string kind{};
};

void serve_fail_later(void* object, roi::generated::incoming& call) {
    auto& kept = call.keep<fail_later_arguments>();
    codec::get_fields(call, field{1, kept.kind});
    call.decoded();
    roi::generated::finish_with(call, static_cast<Kitchen*>(object)->fail_later(kept.kind));
}

constexpr roi::generated::method bounce_later_method{
    .id = 0x55fe436ef312118d,
    .name = "bounce_later",
};

struct bounce_later_arguments {
    std::string self{};
    std::string via{};
    int depth{};
};

void serve_bounce_later(void* object, roi::generated::incoming& call) {
    auto& kept = call.keep<bounce_later_arguments>();
    codec::get_fields(call, field{1, kept.self}, field{2, kept.via}, field{3, kept.depth});
    call.decoded();
    roi::generated::finish_with(
        call, static_cast<Kitchen*>(object)->bounce_later(kept.self, kept.via, kept.depth),
        [](roi::wire::writer& out, const int& result) { codec::put(out, 1, result); });
}

constexpr roi::generated::method wait_later_method{
    .id = 0x6fdac2659551e050,
    .name = "wait_later",
};

void serve_wait_later(void* object, roi::generated::incoming& call) {
    call.decoded();
    roi::generated::finish_with(call, static_cast<Kitchen*>(object)->wait_later());
}

constexpr roi::generated::entry entries[] = {
    {ask_later_method, serve_ask_later},
    {hold_on_worker_method, serve_hold_on_worker},
    {ask_method, serve_ask},
    {hold_and_ask_method, serve_hold_and_ask},
    {ask_to_hold_method, serve_ask_to_hold},
    {bounce_later_method, serve_bounce_later},
    {ask_to_wait_method, serve_ask_to_wait},
    {wait_later_method, serve_wait_later},
    {bounce_method, serve_bounce},
    {echo_method, serve_echo},
    {hold_method, serve_hold},
    {swap_method, serve_swap},
    {fail_method, serve_fail},
    {wait_until_cancelled_method, serve_wait_until_cancelled},
    {milliseconds_left_inside_method, serve_milliseconds_left_inside},
    {add_method, serve_add},
    {milliseconds_left_method, serve_milliseconds_left},
    {hold_together_method, serve_hold_together},
    {fail_later_method, serve_fail_later},
    {nothing_method, serve_nothing},
    {who_method, serve_who},
    {add_later_method, serve_add_later},
};

constexpr roi::generated::dispatch_table dispatch{
    .type = &KitchenClient::roi_interface,
    .entries = entries,
    .describe = describe_exception,
};

}  // namespace

roi::generated::exported roi_export(Kitchen& object) noexcept {
    return {&dispatch, &object};
}

KitchenServer::KitchenServer() : KitchenServer(roi::publication{}) {}

KitchenServer::KitchenServer(roi::publication where)
    : servant_(roi_export(*this), std::move(where)) {}

KitchenServer::~KitchenServer() {
    servant_.withdraw();
}

}  // namespace demo
