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

void read_swap(roi::wire::reader in, std::tuple<int, std::string, std::string>& value) {
    codec::get_fields(in, field{1, std::get<0>(value)}, field{2, std::get<1>(value)},
                      field{3, std::get<2>(value)});
}

constexpr roi::generated::method echo_method{
    .id = 0xb7bc3fa0da2353e7,
    .name = "echo",
};

constexpr roi::generated::method add_method{
    .id = 0xc941b2a5c22be11d,
    .name = "add",
    .promise = roi::generated::semantics::at_least_once,
};

constexpr roi::generated::method swap_method{
    .id = 0xb9ee8b7cb9e674ae,
    .name = "swap",
};

constexpr roi::generated::method fail_method{
    .id = 0xb9f701e8512bea8c,
    .name = "fail",
};

constexpr roi::generated::method nothing_method{
    .id = 0xe1b319c679b54025,
    .name = "nothing",
};

constexpr roi::generated::method hold_method{
    .id = 0xb84d3dcf8dff3086,
    .name = "hold",
};

constexpr roi::generated::method hold_together_method{
    .id = 0xce02596c08de0235,
    .name = "hold_together",
    .concurrent = true,
};

constexpr roi::generated::method hold_on_worker_method{
    .id = 0x190a78b48f7fd6d6,
    .name = "hold_on_worker",
    .blocking = true,
};

constexpr roi::generated::method wait_until_cancelled_method{
    .id = 0xc2c62d4d55471cb1,
    .name = "wait_until_cancelled",
};

constexpr roi::generated::method ask_method{
    .id = 0x2a5f425a8d010015,
    .name = "ask",
};

constexpr roi::generated::method bounce_method{
    .id = 0x6ffd9a3e63ae8f69,
    .name = "bounce",
};

constexpr roi::generated::method ask_to_wait_method{
    .id = 0x6f0a1c3096e11569,
    .name = "ask_to_wait",
};

constexpr roi::generated::method ask_to_hold_method{
    .id = 0x3b291a9385149e77,
    .name = "ask_to_hold",
};

constexpr roi::generated::method hold_and_ask_method{
    .id = 0x2bc9c0e202230bab,
    .name = "hold_and_ask",
};

constexpr roi::generated::method who_method{
    .id = 0xfcad43bcde01c702,
    .name = "who",
};

constexpr roi::generated::method milliseconds_left_method{
    .id = 0xcc3e16db50380a0c,
    .name = "milliseconds_left",
};

constexpr roi::generated::method milliseconds_left_inside_method{
    .id = 0xc405708a428470db,
    .name = "milliseconds_left_inside",
};

constexpr roi::generated::method add_later_method{
    .id = 0xfedea4f8afbc533d,
    .name = "add_later",
};

constexpr roi::generated::method ask_later_method{
    .id = 0x0cff4c9afce228b2,
    .name = "ask_later",
};

constexpr roi::generated::method fail_later_method{
    .id = 0xd0e7993f620d2e85,
    .name = "fail_later",
};

constexpr roi::generated::method bounce_later_method{
    .id = 0x55fe436ef312118d,
    .name = "bounce_later",
};

constexpr roi::generated::method wait_later_method{
    .id = 0x6fdac2659551e050,
    .name = "wait_later",
};

}  // namespace

constexpr roi::generated::interface KitchenClient::roi_interface {
    .name = "demo.Kitchen", .published_name = "kitchen", .fingerprint_high = 0x7c1d3a95b2f04e68,
    .fingerprint_low = 0x15e9d07a4c8b6f23, .description = {}, .exceptions = exceptions,
};

KitchenClient::KitchenClient(roi::target object) : object_(roi_interface, std::move(object)) {}

KitchenClient::KitchenClient(roi::reference object) noexcept : object_(std::move(object)) {}

std::string KitchenClient::echo(const std::string& text) {
    return async_echo(text).get();
}

roi::call<std::string> KitchenClient::async_echo(const std::string& text) const {
    roi::generated::request call{object_, roi_interface, echo_method};
    codec::put_fields(call, field{1, text});
    return {call, codec::result<std::string>};
}

int KitchenClient::add(int a, int b) {
    return async_add(a, b).get();
}

roi::call<int> KitchenClient::async_add(int a, int b) const {
    roi::generated::request call{object_, roi_interface, add_method};
    codec::put_fields(call, field{1, a}, field{2, b});
    return {call, codec::result<int>};
}

int KitchenClient::swap(std::string& a, std::string& b) {
    auto [result, out_a, out_b] = async_swap(a, b).get();
    a = std::move(out_a);
    b = std::move(out_b);
    return result;
}

roi::call<int, std::string, std::string> KitchenClient::async_swap(const std::string& a,
                                                                   const std::string& b) const {
    roi::generated::request call{object_, roi_interface, swap_method};
    codec::put_fields(call, field{1, a}, field{2, b});
    return {call, roi::generated::decoded_by<read_swap>};
}

void KitchenClient::fail(const std::string& kind) {
    async_fail(kind).get();
}

roi::call<> KitchenClient::async_fail(const std::string& kind) const {
    roi::generated::request call{object_, roi_interface, fail_method};
    codec::put_fields(call, field{1, kind});
    return {call, nullptr};
}

void KitchenClient::nothing() {
    async_nothing().get();
}

roi::call<> KitchenClient::async_nothing() const {
    roi::generated::request call{object_, roi_interface, nothing_method};
    return {call, nullptr};
}

void KitchenClient::hold() {
    async_hold().get();
}

roi::call<> KitchenClient::async_hold() const {
    roi::generated::request call{object_, roi_interface, hold_method};
    return {call, nullptr};
}

void KitchenClient::hold_together() {
    async_hold_together().get();
}

roi::call<> KitchenClient::async_hold_together() const {
    roi::generated::request call{object_, roi_interface, hold_together_method};
    return {call, nullptr};
}

void KitchenClient::hold_on_worker() {
    async_hold_on_worker().get();
}

roi::call<> KitchenClient::async_hold_on_worker() const {
    roi::generated::request call{object_, roi_interface, hold_on_worker_method};
    return {call, nullptr};
}

bool KitchenClient::wait_until_cancelled() {
    return async_wait_until_cancelled().get();
}

roi::call<bool> KitchenClient::async_wait_until_cancelled() const {
    roi::generated::request call{object_, roi_interface, wait_until_cancelled_method};
    return {call, codec::result<bool>};
}

std::string KitchenClient::ask(const std::string& name, const std::string& text) {
    return async_ask(name, text).get();
}

roi::call<std::string> KitchenClient::async_ask(const std::string& name,
                                                const std::string& text) const {
    roi::generated::request call{object_, roi_interface, ask_method};
    codec::put_fields(call, field{1, name}, field{2, text});
    return {call, codec::result<std::string>};
}

int KitchenClient::bounce(const std::string& self, const std::string& via, int depth) {
    return async_bounce(self, via, depth).get();
}

roi::call<int> KitchenClient::async_bounce(const std::string& self, const std::string& via,
                                           int depth) const {
    roi::generated::request call{object_, roi_interface, bounce_method};
    codec::put_fields(call, field{1, self}, field{2, via}, field{3, depth});
    return {call, codec::result<int>};
}

bool KitchenClient::ask_to_wait(const std::string& name) {
    return async_ask_to_wait(name).get();
}

roi::call<bool> KitchenClient::async_ask_to_wait(const std::string& name) const {
    roi::generated::request call{object_, roi_interface, ask_to_wait_method};
    codec::put_fields(call, field{1, name});
    return {call, codec::result<bool>};
}

void KitchenClient::ask_to_hold(const std::string& name, int milliseconds) {
    async_ask_to_hold(name, milliseconds).get();
}

roi::call<> KitchenClient::async_ask_to_hold(const std::string& name, int milliseconds) const {
    roi::generated::request call{object_, roi_interface, ask_to_hold_method};
    codec::put_fields(call, field{1, name}, field{2, milliseconds});
    return {call, nullptr};
}

void KitchenClient::hold_and_ask(const std::string& name) {
    async_hold_and_ask(name).get();
}

roi::call<> KitchenClient::async_hold_and_ask(const std::string& name) const {
    roi::generated::request call{object_, roi_interface, hold_and_ask_method};
    codec::put_fields(call, field{1, name});
    return {call, nullptr};
}

std::string KitchenClient::who() {
    return async_who().get();
}

roi::call<std::string> KitchenClient::async_who() const {
    roi::generated::request call{object_, roi_interface, who_method};
    return {call, codec::result<std::string>};
}

std::int64_t KitchenClient::milliseconds_left() {
    return async_milliseconds_left().get();
}

roi::call<std::int64_t> KitchenClient::async_milliseconds_left() const {
    roi::generated::request call{object_, roi_interface, milliseconds_left_method};
    return {call, codec::result<std::int64_t>};
}

std::int64_t KitchenClient::milliseconds_left_inside(const std::string& name, bool detached) {
    return async_milliseconds_left_inside(name, detached).get();
}

roi::call<std::int64_t> KitchenClient::async_milliseconds_left_inside(const std::string& name,
                                                                      bool detached) const {
    roi::generated::request call{object_, roi_interface, milliseconds_left_inside_method};
    codec::put_fields(call, field{1, name}, field{2, detached});
    return {call, codec::result<std::int64_t>};
}

int KitchenClient::add_later(int a, int b, int milliseconds) {
    return async_add_later(a, b, milliseconds).get();
}

roi::call<int> KitchenClient::async_add_later(int a, int b, int milliseconds) const {
    roi::generated::request call{object_, roi_interface, add_later_method};
    codec::put_fields(call, field{1, a}, field{2, b}, field{3, milliseconds});
    return {call, codec::result<int>};
}

std::string KitchenClient::ask_later(const std::string& name, const std::string& text) {
    return async_ask_later(name, text).get();
}

roi::call<std::string> KitchenClient::async_ask_later(const std::string& name,
                                                      const std::string& text) const {
    roi::generated::request call{object_, roi_interface, ask_later_method};
    codec::put_fields(call, field{1, name}, field{2, text});
    return {call, codec::result<std::string>};
}

void KitchenClient::fail_later(const std::string& kind) {
    async_fail_later(kind).get();
}

roi::call<> KitchenClient::async_fail_later(const std::string& kind) const {
    roi::generated::request call{object_, roi_interface, fail_later_method};
    codec::put_fields(call, field{1, kind});
    return {call, nullptr};
}

int KitchenClient::bounce_later(const std::string& self, const std::string& via, int depth) {
    return async_bounce_later(self, via, depth).get();
}

roi::call<int> KitchenClient::async_bounce_later(const std::string& self, const std::string& via,
                                                 int depth) const {
    roi::generated::request call{object_, roi_interface, bounce_later_method};
    codec::put_fields(call, field{1, self}, field{2, via}, field{3, depth});
    return {call, codec::result<int>};
}

void KitchenClient::wait_later() {
    async_wait_later().get();
}

roi::call<> KitchenClient::async_wait_later() const {
    roi::generated::request call{object_, roi_interface, wait_later_method};
    return {call, nullptr};
}

KitchenClient KitchenClient::with(const roi::call_options& options) const {
    return KitchenClient{object_.with(options)};
}

}  // namespace demo
