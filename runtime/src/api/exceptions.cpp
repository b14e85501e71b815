// Which exceptions are standard, what of them travels, and how they are thrown again.
#include "api/exceptions.hpp"

#include <cxxabi.h>

#include <any>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <regex>
#include <string_view>
#include <typeinfo>
#include <variant>

namespace roi::detail {
namespace {

// Fields of exceptions with a code: 1 its value, 2 its category. roi.error adds 3, its outcome;
// std.filesystem.filesystem_error 3 and 4, its paths.
void put_text(wire::writer& out, std::uint32_t number, std::string_view text) {
    out.put_raw(std::as_bytes(std::span{text.data(), text.size()}));
    out.put_varint(text.size());
    out.put_tag(number, wire::wire_type::length);
}

void put_number(wire::writer& out, std::uint32_t number, std::int64_t value) {
    out.put_varint(static_cast<std::uint64_t>(value));
    out.put_tag(number, wire::wire_type::varint);
}

void put_code(wire::writer& out, const std::error_code& code) {
    put_text(out, 2, code.category().name());
    put_number(out, 1, code.value());
}

struct fields {
    int code = 0;
    std::string category;
    std::string first;
    std::string second;
    int outcome = 0;
};

fields read_fields(std::span<const std::byte> bytes) {
    fields result;
    wire::reader in{bytes};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                result.code = static_cast<int>(in.varint());
                break;
            case 2:
                result.category = in.text();
                break;
            case 3:
                if (in.type() == wire::wire_type::varint) {
                    result.outcome = static_cast<int>(in.varint());
                } else {
                    result.first = in.text();
                }
                break;
            case 4:
                result.second = in.text();
                break;
            default:
                in.skip();
        }
    }
    return result;
}

// Categories that this process does not have: their codes keep value and name.
class foreign_category final : public std::error_category {
public:
    explicit foreign_category(std::string name) : name_(std::move(name)) {}
    const char* name() const noexcept override { return name_.c_str(); }
    std::string message(int value) const override {
        return name_ + " error " + std::to_string(value);
    }

private:
    std::string name_;
};

const std::error_category& category_named(const std::string& name) {
    if (name == "generic") return std::generic_category();
    if (name == "system") return std::system_category();
    if (name == "iostream") return std::iostream_category();
    if (name == "future") return std::future_category();
    if (name == "roi") return error_category();
    // Codes compare by the address of their category, so each name gets one, for ever. A peer that
    // invents names without end gets a common one.
    static std::mutex& mutex = *new std::mutex;
    static auto& known = *new std::vector<std::unique_ptr<foreign_category>>;
    static const foreign_category& many = *new foreign_category{"unknown"};
    const std::lock_guard lock{mutex};
    for (const auto& category : known) {
        if (name == category->name()) return *category;
    }
    if (known.size() == 64 || name.size() > 128) return many;
    known.push_back(std::make_unique<foreign_category>(name));
    return *known.back();
}

// system_error appends the code's message to its text by itself.
std::string without_message(const std::string& text, const std::error_code& code) {
    const std::string message = code.message();
    if (text == message) return {};
    const std::string tail = ": " + message;
    return text.ends_with(tail) ? text.substr(0, text.size() - tail.size()) : text;
}

// std::exception and its kin without a text of their own, thrown with the text of the server's.
template <class Base>
class with_text final : public Base {
public:
    explicit with_text(std::string text) : text_(std::move(text)) {}
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

template <class Type>
[[noreturn]] void raise_text(const fields&, const std::string& text) {
    throw Type(text);
}
template <class Type>
[[noreturn]] void raise_plain(const fields&, const std::string& text) {
    if (Type plain; text == plain.what()) throw plain;
    throw with_text<Type>(text);
}
template <class Type>
[[noreturn]] void raise_code(const fields& from, const std::string& text) {
    const std::error_code code{from.code, category_named(from.category)};
    if constexpr (std::is_same_v<Type, std::system_error>) {
        const std::string own = without_message(text, code);
        if (own.empty()) throw std::system_error(code);
        throw std::system_error(code, own);
    } else {
        throw Type(without_message(text, code), code);
    }
}
[[noreturn]] void raise_future(const fields& from, const std::string&) {
    throw std::future_error(static_cast<std::future_errc>(from.code));
}
[[noreturn]] void raise_regex(const fields& from, const std::string&) {
    throw std::regex_error(static_cast<std::regex_constants::error_type>(from.code));
}
[[noreturn]] void raise_filesystem(const fields& from, const std::string&) {
    throw std::filesystem::filesystem_error("remote file system error", from.first, from.second,
                                            {from.code, category_named(from.category)});
}

struct standard_type {
    const char* name;
    bool (*matches)(const std::exception&);
    void (*raise)(const fields&, const std::string&);
};

template <class Type>
bool is(const std::exception& thrown) {
    return dynamic_cast<const Type*>(&thrown) != nullptr;
}

template <>
bool is<std::exception>(const std::exception&) {
    return true;
}

// Derived types before their bases: the first match is the nearest.
constexpr standard_type standard_types[] = {
    {"std.filesystem.filesystem_error", is<std::filesystem::filesystem_error>, raise_filesystem},
    {"std.ios_base.failure", is<std::ios_base::failure>, raise_code<std::ios_base::failure>},
    {"std.system_error", is<std::system_error>, raise_code<std::system_error>},
    {"std.regex_error", is<std::regex_error>, raise_regex},
    {"std.range_error", is<std::range_error>, raise_text<std::range_error>},
    {"std.overflow_error", is<std::overflow_error>, raise_text<std::overflow_error>},
    {"std.underflow_error", is<std::underflow_error>, raise_text<std::underflow_error>},
    {"std.runtime_error", is<std::runtime_error>, raise_text<std::runtime_error>},
    {"std.future_error", is<std::future_error>, raise_future},
    {"std.domain_error", is<std::domain_error>, raise_text<std::domain_error>},
    {"std.invalid_argument", is<std::invalid_argument>, raise_text<std::invalid_argument>},
    {"std.length_error", is<std::length_error>, raise_text<std::length_error>},
    {"std.out_of_range", is<std::out_of_range>, raise_text<std::out_of_range>},
    {"std.logic_error", is<std::logic_error>, raise_text<std::logic_error>},
    {"std.bad_array_new_length", is<std::bad_array_new_length>,
     raise_plain<std::bad_array_new_length>},
    {"std.bad_alloc", is<std::bad_alloc>, raise_plain<std::bad_alloc>},
    {"std.bad_any_cast", is<std::bad_any_cast>, raise_plain<std::bad_any_cast>},
    {"std.bad_cast", is<std::bad_cast>, raise_plain<std::bad_cast>},
    {"std.bad_typeid", is<std::bad_typeid>, raise_plain<std::bad_typeid>},
    {"std.bad_weak_ptr", is<std::bad_weak_ptr>, raise_plain<std::bad_weak_ptr>},
    {"std.bad_function_call", is<std::bad_function_call>, raise_plain<std::bad_function_call>},
    {"std.bad_optional_access", is<std::bad_optional_access>,
     raise_plain<std::bad_optional_access>},
    {"std.bad_variant_access", is<std::bad_variant_access>, raise_plain<std::bad_variant_access>},
    {"std.bad_exception", is<std::bad_exception>, raise_plain<std::bad_exception>},
    {"std.exception", is<std::exception>, raise_plain<std::exception>},
};

const standard_type* standard_type_named(std::string_view name) {
    for (const standard_type& type : standard_types) {
        if (name == type.name) return &type;
    }
    return nullptr;
}

std::string readable(const char* name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text{
        abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free};
    return status == 0 && text ? text.get() : name;
}

// "std::out_of_range" is exactly the standard type, "demo::lost" derived from it is not. The
// library's inline namespaces and ABI tags are not part of the name.
std::string wire_name(std::string cpp) {
    for (std::size_t at; (at = cpp.find("__cxx11::")) != std::string::npos;)
        cpp.erase(at, 9);
    for (std::size_t at; (at = cpp.find("[abi:cxx11]")) != std::string::npos;)
        cpp.erase(at, 11);
    for (std::size_t at; (at = cpp.find("::")) != std::string::npos;)
        cpp.replace(at, 2, ".");
    return cpp;
}

void put_standard_fields(wire::writer& out, const std::exception& thrown) {
    if (const auto* with_paths = dynamic_cast<const std::filesystem::filesystem_error*>(&thrown)) {
        put_text(out, 4, with_paths->path2().native());
        put_text(out, 3, with_paths->path1().native());
    }
    if (const auto* with_code = dynamic_cast<const std::system_error*>(&thrown)) {
        put_code(out, with_code->code());
    } else if (const auto* of_future = dynamic_cast<const std::future_error*>(&thrown)) {
        put_code(out, of_future->code());
    } else if (const auto* of_regex = dynamic_cast<const std::regex_error*>(&thrown)) {
        put_number(out, 1, static_cast<std::int64_t>(of_regex->code()));
    }
}

class collector final : public generated::exception_writer {
public:
    void add(const char* type, const wire::writer& with, const char* text) override {
        const std::span<const std::byte> bytes = with.bytes();
        all.push_back({type, {bytes.begin(), bytes.end()}, text ? text : ""});
    }
    void add(std::string type, const wire::writer& with, std::string text) {
        const std::span<const std::byte> bytes = with.bytes();
        all.push_back({std::move(type), {bytes.begin(), bytes.end()}, std::move(text)});
    }
    std::vector<core::wire_exception> all;
};

void add_standard(collector& out, const std::exception& thrown, const standard_type& type) {
    wire::writer with;
    put_standard_fields(with, thrown);
    out.add(type.name, with, thrown.what());
}

const standard_type* nearest_standard(const std::exception& thrown) {
    for (const standard_type& type : standard_types) {
        if (type.matches(thrown)) return &type;
    }
    return nullptr;
}

}  // namespace

std::string name_of_current_exception() {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type ? readable(type->name()) : "unknown";
}

std::vector<core::wire_exception> describe_exception(
    const std::exception_ptr& thrown,
    bool (*describe)(std::exception_ptr, generated::exception_writer&)) {
    collector out;
    bool marked = false;
    try {
        marked = describe && describe(thrown, out);
    } catch (...) {
        out.all.clear();  // its fields cannot be written: then it goes by name and text
    }
    const wire::writer nothing;
    try {
        std::rethrow_exception(thrown);
    } catch (const roi::error& failed) {
        // Failure of a call that the method made. It arrives as an error with outcome::executed,
        // because our own method did run; the inner outcome stands in the text.
        if (!marked) {
            wire::writer with;
            put_number(with, 3, static_cast<int>(failed.outcome()));
            put_code(with, failed.code());
            out.add("roi.error", with, failed.what());
        }
    } catch (const remote_error& failed) {
        // Of a type that was unknown here already: passed on as it came.
        if (!marked) {
            const std::string text = failed.what();
            const std::string prefix = failed.type_name() + ": ";
            out.add(failed.type_name(), nothing,
                    text.starts_with(prefix) ? text.substr(prefix.size()) : text);
        }
    } catch (const std::exception& failed) {
        const standard_type* nearest = nearest_standard(failed);
        const std::string own = name_of_current_exception();
        // An unmarked type derived from a standard one goes by its own name alone, so that the
        // client makes a remote_error of it and no part of what it was is passed over in silence.
        if (marked || wire_name(own) == nearest->name || own.starts_with("roi::detail::") ||
            own.starts_with("std::__")) {
            add_standard(out, failed, *nearest);
        } else {
            out.add(own, nothing, failed.what());
        }
    } catch (const std::string& text) {
        if (!marked) out.add("std::string", nothing, text);
    } catch (const char* text) {
        if (!marked) out.add("const char*", nothing, text ? text : "(null)");
    } catch (int number) {
        if (!marked) out.add("int", nothing, std::to_string(number));
    } catch (...) {
        if (!marked) out.add(name_of_current_exception(), nothing, std::string{});
    }
    return std::move(out.all);
}

void raise_exception(std::span<const core::wire_exception> exceptions,
                     generated::list<generated::known_exception> known, const std::string& method,
                     const std::string& endpoint, roi::call_id id) {
    const auto unreadable = [&](const char* why) {
        return roi::error{errc::reply_unreadable, outcome::executed,
                          std::string{"the method threw, but its exception cannot be read: "} + why}
            .at(method, endpoint, id);
    };
    if (exceptions.empty()) throw unreadable("it has no type");
    try {
        for (std::size_t i = 0; i < exceptions.size(); ++i) {
            const core::wire_exception& thrown = exceptions[i];
            for (const generated::known_exception& candidate : known) {
                if (thrown.type == candidate.type) {
                    candidate.raise(wire::reader{thrown.fields}, thrown.text);
                }
            }
            if (thrown.type == "roi.error") {
                const fields from = read_fields(thrown.fields);
                const errc code = from.category == "roi" && from.code > 0 &&
                                          from.code <= static_cast<int>(errc::reply_unreadable)
                                      ? static_cast<errc>(from.code)
                                      : errc::remote_exception;
                throw roi::error{code, outcome::executed,
                                 "a call made by the method failed: " +
                                     without_message(thrown.text, make_error_code(code))}
                    .at(method, endpoint, id);
            }
            if (const standard_type* standard = standard_type_named(thrown.type)) {
                // Of an unknown type that is no more than an exception or a runtime_error,
                // remote_error keeps the name, and is both as well.
                const bool says_little =
                    thrown.type == "std.exception" || thrown.type == "std.runtime_error";
                if (i > 0 && says_little) break;
                standard->raise(read_fields(thrown.fields), thrown.text);
            }
        }
    } catch (const wire::malformed& why) {
        // Also where a peer's method threw something that we know under another description.
        throw unreadable(why.what());
    }
    throw remote_error{exceptions.front().type, exceptions.front().text};
}

}  // namespace roi::detail
