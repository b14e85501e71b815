// The client of demo::Kitchen. Written by hand as idlc would write it, from kitchen.hpp.
#include "behaviour/handwritten/kitchen.roi.hpp"

#include <roi/codec.hpp>

namespace demo {
namespace {

using roi::generated::field;

struct codec : roi::generated::codec<codec> {
    static void read(roi::wire::reader& in, kitchen_error& value) {
        while (in.next()) {
            switch (in.number()) {
                case 1:
                    get(in, value.code);
                    break;
                default:
                    in.skip();
            }
        }
    }
    static void read(roi::wire::reader& in, burnt& value) {
        while (in.next()) {
            switch (in.number()) {
                case 1:
                    get<kitchen_error>(in, value);
                    break;
                case 2:
                    get(in, value.dish);
                    break;
                default:
                    in.skip();
            }
        }
    }
    static void read(roi::wire::reader& in, odd& value) {
        while (in.next()) {
            switch (in.number()) {
                case 1:
                    get(in, value.number);
                    break;
                default:
                    in.skip();
            }
        }
    }
};

template <class Error>
[[noreturn]] void raise(roi::wire::reader in, const std::string&) {
    Error error;
    codec::read(in, error);
    throw error;
}

constexpr roi::generated::known_exception exceptions[] = {
    {"demo.burnt", raise<burnt>},
    {"demo.kitchen_error", raise<kitchen_error>},
    {"demo.odd", raise<odd>},
};

std::tuple<int, std::string, std::string> read_swap(roi::wire::reader in) {
    std::tuple<int, std::string, std::string> value;
    codec::get_fields(in, field{1, std::get<0>(value)}, field{2, std::get<1>(value)},
                      field{3, std::get<2>(value)});
    return value;
}

constexpr roi::generated::method echo_method{
    .id = 0xb7bc3fa0da2353e7,
    .name = "echo",
};

roi::generated::request make_echo(const roi::reference& object, const std::string& text) {
    roi::generated::request call{object, KitchenClient::roi_interface, echo_method};
    codec::put_fields(call.arguments(), field{1, text});
    return call;
}

constexpr roi::generated::method add_method{
    .id = 0xc941b2a5c22be11d,
    .name = "add",
    .promise = roi::generated::semantics::at_least_once,
};

roi::generated::request make_add(const roi::reference& object, int a, int b) {
    roi::generated::request call{object, KitchenClient::roi_interface, add_method};
    codec::put_fields(call.arguments(), field{1, a}, field{2, b});
    return call;
}

constexpr roi::generated::method swap_method{
    .id = 0xb9ee8b7cb9e674ae,
    .name = "swap",
};

roi::generated::request make_swap(const roi::reference& object, const std::string& a,
                                  const std::string& b) {
    roi::generated::request call{object, KitchenClient::roi_interface, swap_method};
    codec::put_fields(call.arguments(), field{1, a}, field{2, b});
    return call;
}

constexpr roi::generated::method fail_method{
    .id = 0xb9f701e8512bea8c,
    .name = "fail",
};

roi::generated::request make_fail(const roi::reference& object, const std::string& kind) {
    roi::generated::request call{object, KitchenClient::roi_interface, fail_method};
    codec::put_fields(call.arguments(), field{1, kind});
    return call;
}

constexpr roi::generated::method nothing_method{
    .id = 0xe1b319c679b54025,
    .name = "nothing",
};

roi::generated::request make_nothing(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, nothing_method};
    return call;
}

constexpr roi::generated::method hold_method{
    .id = 0xb84d3dcf8dff3086,
    .name = "hold",
};

roi::generated::request make_hold(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, hold_method};
    return call;
}

constexpr roi::generated::method hold_together_method{
    .id = 0xce02596c08de0235,
    .name = "hold_together",
    .concurrent = true,
};

roi::generated::request make_hold_together(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, hold_together_method};
    return call;
}

constexpr roi::generated::method hold_on_worker_method{
    .id = 0x190a78b48f7fd6d6,
    .name = "hold_on_worker",
    .blocking = true,
};

roi::generated::request make_hold_on_worker(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, hold_on_worker_method};
    return call;
}

constexpr roi::generated::method wait_until_cancelled_method{
    .id = 0xc2c62d4d55471cb1,
    .name = "wait_until_cancelled",
};

roi::generated::request make_wait_until_cancelled(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, wait_until_cancelled_method};
    return call;
}

constexpr roi::generated::method ask_method{
    .id = 0x2a5f425a8d010015,
    .name = "ask",
};

roi::generated::request make_ask(const roi::reference& object, const std::string& name,
                                 const std::string& text) {
    roi::generated::request call{object, KitchenClient::roi_interface, ask_method};
    codec::put_fields(call.arguments(), field{1, name}, field{2, text});
    return call;
}

constexpr roi::generated::method bounce_method{
    .id = 0x6ffd9a3e63ae8f69,
    .name = "bounce",
};

roi::generated::request make_bounce(const roi::reference& object, const std::string& self,
                                    const std::string& via, int depth) {
    roi::generated::request call{object, KitchenClient::roi_interface, bounce_method};
    codec::put_fields(call.arguments(), field{1, self}, field{2, via}, field{3, depth});
    return call;
}

constexpr roi::generated::method ask_to_wait_method{
    .id = 0x6f0a1c3096e11569,
    .name = "ask_to_wait",
};

roi::generated::request make_ask_to_wait(const roi::reference& object, const std::string& name) {
    roi::generated::request call{object, KitchenClient::roi_interface, ask_to_wait_method};
    codec::put_fields(call.arguments(), field{1, name});
    return call;
}

constexpr roi::generated::method ask_to_hold_method{
    .id = 0x3b291a9385149e77,
    .name = "ask_to_hold",
};

roi::generated::request make_ask_to_hold(const roi::reference& object, const std::string& name,
                                         int milliseconds) {
    roi::generated::request call{object, KitchenClient::roi_interface, ask_to_hold_method};
    codec::put_fields(call.arguments(), field{1, name}, field{2, milliseconds});
    return call;
}

constexpr roi::generated::method hold_and_ask_method{
    .id = 0x2bc9c0e202230bab,
    .name = "hold_and_ask",
};

roi::generated::request make_hold_and_ask(const roi::reference& object, const std::string& name) {
    roi::generated::request call{object, KitchenClient::roi_interface, hold_and_ask_method};
    codec::put_fields(call.arguments(), field{1, name});
    return call;
}

constexpr roi::generated::method who_method{
    .id = 0xfcad43bcde01c702,
    .name = "who",
};

roi::generated::request make_who(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, who_method};
    return call;
}

constexpr roi::generated::method milliseconds_left_method{
    .id = 0xcc3e16db50380a0c,
    .name = "milliseconds_left",
};

roi::generated::request make_milliseconds_left(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, milliseconds_left_method};
    return call;
}

constexpr roi::generated::method milliseconds_left_inside_method{
    .id = 0xc405708a428470db,
    .name = "milliseconds_left_inside",
};

roi::generated::request make_milliseconds_left_inside(const roi::reference& object,
                                                      const std::string& name, bool detached) {
    roi::generated::request call{object, KitchenClient::roi_interface,
                                 milliseconds_left_inside_method};
    codec::put_fields(call.arguments(), field{1, name}, field{2, detached});
    return call;
}

constexpr roi::generated::method add_later_method{
    .id = 0xfedea4f8afbc533d,
    .name = "add_later",
};

roi::generated::request make_add_later(const roi::reference& object, int a, int b,
                                       int milliseconds) {
    roi::generated::request call{object, KitchenClient::roi_interface, add_later_method};
    codec::put_fields(call.arguments(), field{1, a}, field{2, b}, field{3, milliseconds});
    return call;
}

constexpr roi::generated::method ask_later_method{
    .id = 0x0cff4c9afce228b2,
    .name = "ask_later",
};

roi::generated::request make_ask_later(const roi::reference& object, const std::string& name,
                                       const std::string& text) {
    roi::generated::request call{object, KitchenClient::roi_interface, ask_later_method};
    codec::put_fields(call.arguments(), field{1, name}, field{2, text});
    return call;
}

constexpr roi::generated::method fail_later_method{
    .id = 0xd0e7993f620d2e85,
    .name = "fail_later",
};

roi::generated::request make_fail_later(const roi::reference& object, const std::string& kind) {
    roi::generated::request call{object, KitchenClient::roi_interface, fail_later_method};
    codec::put_fields(call.arguments(), field{1, kind});
    return call;
}

constexpr roi::generated::method bounce_later_method{
    .id = 0x55fe436ef312118d,
    .name = "bounce_later",
};

roi::generated::request make_bounce_later(const roi::reference& object, const std::string& self,
                                          const std::string& via, int depth) {
    roi::generated::request call{object, KitchenClient::roi_interface, bounce_later_method};
    codec::put_fields(call.arguments(), field{1, self}, field{2, via}, field{3, depth});
    return call;
}

constexpr roi::generated::method wait_later_method{
    .id = 0x6fdac2659551e050,
    .name = "wait_later",
};

roi::generated::request make_wait_later(const roi::reference& object) {
    roi::generated::request call{object, KitchenClient::roi_interface, wait_later_method};
    return call;
}

}  // namespace

constexpr roi::generated::interface KitchenClient::roi_interface {
    .name = "demo.Kitchen", .published_name = "kitchen", .fingerprint_high = 0x7c1d3a95b2f04e68,
    .fingerprint_low = 0x15e9d07a4c8b6f23, .description = {},
};

KitchenClient::KitchenClient(roi::target object) : object_(roi_interface, std::move(object)) {}

KitchenClient::KitchenClient(roi::reference object) noexcept : object_(std::move(object)) {}

std::string KitchenClient::echo(const std::string& text) {
    return make_echo(object_, text).invoke(codec::result<std::string>, exceptions);
}

roi::call<std::string> KitchenClient::async_echo(const std::string& text) const {
    return {make_echo(object_, text), codec::result<std::string>, exceptions};
}

int KitchenClient::add(int a, int b) {
    return make_add(object_, a, b).invoke(codec::result<int>, exceptions);
}

roi::call<int> KitchenClient::async_add(int a, int b) const {
    return {make_add(object_, a, b), codec::result<int>, exceptions};
}

int KitchenClient::swap(std::string& a, std::string& b) {
    auto [result, out_a, out_b] = make_swap(object_, a, b).invoke(read_swap, exceptions);
    a = std::move(out_a);
    b = std::move(out_b);
    return result;
}

roi::call<int, std::string, std::string> KitchenClient::async_swap(const std::string& a,
                                                                   const std::string& b) const {
    return {make_swap(object_, a, b), read_swap, exceptions};
}

void KitchenClient::fail(const std::string& kind) {
    make_fail(object_, kind).invoke(exceptions);
}

roi::call<> KitchenClient::async_fail(const std::string& kind) const {
    return {make_fail(object_, kind), nullptr, exceptions};
}

void KitchenClient::nothing() {
    make_nothing(object_).invoke(exceptions);
}

roi::call<> KitchenClient::async_nothing() const {
    return {make_nothing(object_), nullptr, exceptions};
}

void KitchenClient::hold() {
    make_hold(object_).invoke(exceptions);
}

roi::call<> KitchenClient::async_hold() const {
    return {make_hold(object_), nullptr, exceptions};
}

void KitchenClient::hold_together() {
    make_hold_together(object_).invoke(exceptions);
}

roi::call<> KitchenClient::async_hold_together() const {
    return {make_hold_together(object_), nullptr, exceptions};
}

void KitchenClient::hold_on_worker() {
    make_hold_on_worker(object_).invoke(exceptions);
}

roi::call<> KitchenClient::async_hold_on_worker() const {
    return {make_hold_on_worker(object_), nullptr, exceptions};
}

bool KitchenClient::wait_until_cancelled() {
    return make_wait_until_cancelled(object_).invoke(codec::result<bool>, exceptions);
}

roi::call<bool> KitchenClient::async_wait_until_cancelled() const {
    return {make_wait_until_cancelled(object_), codec::result<bool>, exceptions};
}

std::string KitchenClient::ask(const std::string& name, const std::string& text) {
    return make_ask(object_, name, text).invoke(codec::result<std::string>, exceptions);
}

roi::call<std::string> KitchenClient::async_ask(const std::string& name,
                                                const std::string& text) const {
    return {make_ask(object_, name, text), codec::result<std::string>, exceptions};
}

int KitchenClient::bounce(const std::string& self, const std::string& via, int depth) {
    return make_bounce(object_, self, via, depth).invoke(codec::result<int>, exceptions);
}

roi::call<int> KitchenClient::async_bounce(const std::string& self, const std::string& via,
                                           int depth) const {
    return {make_bounce(object_, self, via, depth), codec::result<int>, exceptions};
}

bool KitchenClient::ask_to_wait(const std::string& name) {
    return make_ask_to_wait(object_, name).invoke(codec::result<bool>, exceptions);
}

roi::call<bool> KitchenClient::async_ask_to_wait(const std::string& name) const {
    return {make_ask_to_wait(object_, name), codec::result<bool>, exceptions};
}

void KitchenClient::ask_to_hold(const std::string& name, int milliseconds) {
    make_ask_to_hold(object_, name, milliseconds).invoke(exceptions);
}

roi::call<> KitchenClient::async_ask_to_hold(const std::string& name, int milliseconds) const {
    return {make_ask_to_hold(object_, name, milliseconds), nullptr, exceptions};
}

void KitchenClient::hold_and_ask(const std::string& name) {
    make_hold_and_ask(object_, name).invoke(exceptions);
}

roi::call<> KitchenClient::async_hold_and_ask(const std::string& name) const {
    return {make_hold_and_ask(object_, name), nullptr, exceptions};
}

std::string KitchenClient::who() {
    return make_who(object_).invoke(codec::result<std::string>, exceptions);
}

roi::call<std::string> KitchenClient::async_who() const {
    return {make_who(object_), codec::result<std::string>, exceptions};
}

std::int64_t KitchenClient::milliseconds_left() {
    return make_milliseconds_left(object_).invoke(codec::result<std::int64_t>, exceptions);
}

roi::call<std::int64_t> KitchenClient::async_milliseconds_left() const {
    return {make_milliseconds_left(object_), codec::result<std::int64_t>, exceptions};
}

std::int64_t KitchenClient::milliseconds_left_inside(const std::string& name, bool detached) {
    return make_milliseconds_left_inside(object_, name, detached)
        .invoke(codec::result<std::int64_t>, exceptions);
}

roi::call<std::int64_t> KitchenClient::async_milliseconds_left_inside(const std::string& name,
                                                                      bool detached) const {
    return {make_milliseconds_left_inside(object_, name, detached), codec::result<std::int64_t>,
            exceptions};
}

int KitchenClient::add_later(int a, int b, int milliseconds) {
    return make_add_later(object_, a, b, milliseconds).invoke(codec::result<int>, exceptions);
}

roi::call<int> KitchenClient::async_add_later(int a, int b, int milliseconds) const {
    return {make_add_later(object_, a, b, milliseconds), codec::result<int>, exceptions};
}

std::string KitchenClient::ask_later(const std::string& name, const std::string& text) {
    return make_ask_later(object_, name, text).invoke(codec::result<std::string>, exceptions);
}

roi::call<std::string> KitchenClient::async_ask_later(const std::string& name,
                                                      const std::string& text) const {
    return {make_ask_later(object_, name, text), codec::result<std::string>, exceptions};
}

void KitchenClient::fail_later(const std::string& kind) {
    make_fail_later(object_, kind).invoke(exceptions);
}

roi::call<> KitchenClient::async_fail_later(const std::string& kind) const {
    return {make_fail_later(object_, kind), nullptr, exceptions};
}

int KitchenClient::bounce_later(const std::string& self, const std::string& via, int depth) {
    return make_bounce_later(object_, self, via, depth).invoke(codec::result<int>, exceptions);
}

roi::call<int> KitchenClient::async_bounce_later(const std::string& self, const std::string& via,
                                                 int depth) const {
    return {make_bounce_later(object_, self, via, depth), codec::result<int>, exceptions};
}

void KitchenClient::wait_later() {
    make_wait_later(object_).invoke(exceptions);
}

roi::call<> KitchenClient::async_wait_later() const {
    return {make_wait_later(object_), nullptr, exceptions};
}

KitchenClient KitchenClient::with(const roi::call_options& options) const {
    return KitchenClient{object_.with(options)};
}

}  // namespace demo
