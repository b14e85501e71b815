// What idlc knows of a header: plain data with value semantics, nothing of libclang.
//
// parse fills it, check reads it, plan and emit turn it into text. Order is source order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace idlc::model {

struct location {
    std::string file;  // as the compiler names it; empty: none
    unsigned line = 0;
    unsigned column = 0;
};

/// A ROI_ mark as it stands in the source: ROI_ID(3) is {"id", "3"}.
struct mark {
    std::string name;
    std::string argument;
    location where;
};
using marks = std::vector<mark>;

enum class kind {
    void_,
    boolean,
    integer,      // bits, is_signed; also char types of 8 bits and std::byte (then `is_byte`)
    floating,     // bits: 32, 64
    enumeration,  // name -> file::enums
    string,       // std::string, std::string_view
    c_string,     // const char*
    wide_string,  // wstring, u8string, u16string, u32string and views; bits of the character;
                  // also const wchar_t* and the like as parameter or result: `cpp` says so
    bytes,        // vector<byte or 8-bit integer>, span of those, roi::bytes
    sequence,     // vector, deque, list, span: arguments[0]
    fixed_array,  // std::array, C array field: arguments[0], extent
    set,          // set, unordered_set, multiset...
    map,          // map, unordered_map...: arguments[0], [1]
    optional,     // std::optional: arguments[0]
    owner,        // unique_ptr, shared_ptr: arguments[0]
    variant,      // arguments; std::monostate is kind::monostate
    monostate,
    tuple,        // pair, tuple, complex (of two): arguments
    bitset,       // extent
    duration,     // std::chrono::duration
    time_point,   // of system_clock
    record,       // name -> file::records
    message,      // a protobuf message class
    adapted,      // a user's roi::adapt<T>: arguments[0] is the type it travels as
    pointer,      // raw; `reason` unless marks make it serviceable; arguments[0] pointee
    remote,       // XClient of a marked class
    function,     // std::function
    self,         // result of a ROI_SELF method
    unsupported,  // `reason` and `advice` say why, and what to write instead
};

struct type {
    model::kind what = kind::void_;
    std::string cpp;      // as generated code writes it: fully qualified, without cv and reference;
                          // of a pointer the whole of it: "const char*", "demo::row*"
    std::string written;  // as the user wrote it, for messages
    std::string qualified;  // the same with every name qualified and aliases kept, for signatures;
                            // without cv and reference, as `cpp`
    std::string name;       // wire-independent key of a record or enum: "demo::Bank::entry"
    std::string container;  // std template: "std::vector", "std::unordered_map", "std::string_view"
    int bits = 0;
    bool is_signed = false;
    bool is_byte = false;                       // std::byte, or a char type that stands for one
    std::uint64_t extent = 0;                   // fixed_array, bitset
    std::int64_t ratio_num = 1, ratio_den = 1;  // duration, time_point: seconds per tick
    std::vector<type> arguments;
    std::vector<type> one_of;  // ROI_ONE_OF on a pointer or owner of a polymorphic base
    std::string reason;        // why it cannot travel; empty: it can
    std::string advice;        // the smallest change that helps
};

struct enumerator {
    std::string name;
    std::int64_t value = 0;
    std::uint64_t unsigned_value = 0;
    std::string doc;
    model::marks marks;
    location where;
};

struct enumeration {
    std::string name;  // "demo::color"
    bool scoped = false;
    int bits = 32;
    bool is_signed = true;
    std::vector<enumerator> values;
    std::string doc;
    location where;
};

struct field {
    std::string name;
    model::type type;
    std::string access_path;  // how the value is reached: "x", or through an unnamed member
    bool is_private = false;
    int bit_width = -1;              // bit-field
    std::optional<unsigned> number;  // ROI_ID
    std::string doc;
    model::marks marks;
    location where;
};

/// A class whose values travel: fields of its bases come first, as `bases`.
struct record {
    std::string name;  // "demo::insufficient_funds", "demo::page<demo::row>"
    std::string cpp;
    std::vector<type> bases;  // kind::record, or std exceptions as kind::unsupported with name
    std::vector<std::string> error_bases;  // wire names, nearest first: "std.exception"
    std::vector<field> fields;
    bool is_error = false;
    bool is_value = false;  // ROI_VALUE
    bool is_polymorphic = false;
    bool is_abstract = false;
    bool is_final = false;
    bool default_constructible = true;
    bool is_aggregate = false;
    bool is_union = false;
    std::string doc;
    model::marks marks;
    location where;
};

enum class passing { value, const_reference, mutable_reference, rvalue_reference, pointer };

struct parameter {
    std::string name;  // empty where the header gives none
    model::type type;  // without cv and reference
    model::passing how = passing::value;
    std::string written;         // whole type as written
    std::string default_text;    // source of the default argument; empty: none
    bool default_usable = true;  // false: names what a stub cannot see (private constants)
    enum class direction { in, out, inout } flow = direction::in;
    std::string size_parameter;      // ROI_SIZE
    std::optional<unsigned> number;  // ROI_ID
    model::marks marks;
    location where;
};

enum class semantics { at_most_once, at_least_once, exactly_once, durable_at_most_once };

struct method {
    std::string name;
    model::type result;
    passing result_how = passing::value;
    std::string result_written;
    std::vector<parameter> parameters;
    bool is_const = false, is_noexcept = false, is_virtual = false, is_pure = false;
    bool is_final = false, is_static = false, is_nodiscard = false, is_variadic = false;
    bool is_task = false;       // returns roi::task<T> or boost::asio::awaitable<T>; result is T
    std::string task_template;  // "roi::task", "boost::asio::awaitable"
    enum class ref { none, lvalue, rvalue } ref_qualifier = ref::none;
    bool overrides = false;   // overrides a method of a base
    std::string declared_in;  // class that declares it; differs from the interface where inherited

    /// Remote, or local and why ("static", "operator", "ROI_LOCAL", ...).
    bool is_remote = true;
    std::string local_because;

    model::semantics promise = semantics::at_most_once;
    bool oneway = false, concurrent = false, blocking = false, self = false, exported = false;
    std::optional<std::int64_t> deadline_us, progress_us, reply_limit;
    std::optional<std::uint64_t> id;  // ROI_ID

    std::string doc;
    model::marks marks;
    location where;
};

struct constructor {
    std::vector<parameter> parameters;
    bool is_explicit = false, is_noexcept = false;
    std::string doc;
    location where;
};

/// A namespace around a class: stubs reopen it as it was opened.
struct enclosing_namespace {
    std::string name;
    bool is_inline = false;
};

/// A class with ROI_REMOTE (or, under --suggest and --explain, any class).
struct interface {
    std::string name;  // "demo::Bank"
    std::vector<enclosing_namespace>
        namespaces;              // outermost first; what is left of `name` is classes
    std::string published_name;  // "bank"
    bool marked = true;
    std::vector<std::string> bases;  // marked public bases, "demo::Account"
    struct base_use {
        std::string name;
        std::string header;
        bool is_virtual = false;
    };
    std::vector<base_use> base_uses;  // the same, with the header that declares each
    std::vector<method> methods;      // public ones, in order; inherited abstract ones at the end
    std::vector<constructor> constructors;
    bool is_abstract = false, is_final = false, has_virtual_destructor = false;
    /// The server class holds the object and does not derive from its class, for that is final, or
    /// has a virtual base that only its own constructors can give arguments to.
    bool server_holds = false;
    std::string no_server_because;  // why there is no server class; empty: there is one
    /// Why the client of an abstract class could not derive from it.
    struct obstacle {
        std::string text, advice;
        location where;
    };
    std::vector<obstacle> client_obstacles;
    bool per_client = false, single_owner = false, shared = false, concurrent = false;
    bool has_journal = false;  // ROI_LOCAL roi::journal& journal()
    bool has_reload = false;   // ROI_LOCAL void reload()
    std::optional<std::int64_t> deadline_us;
    std::vector<field> state;  // ROI_STATE fields
    std::string doc;
    model::marks marks;
    location where;
};

struct file {
    std::string path;        // the header as given
    std::string include_as;  // how generated code includes it
    std::vector<interface> interfaces;
    /// Marked classes of other headers that those here derive from, directly or not: complete, for
    /// the servers here answer to their methods too; stubs for them are not generated here.
    std::vector<interface> foreign_bases;
    std::map<std::string, record> records;  // all that interfaces reach, by name
    std::map<std::string, enumeration> enums;
    std::vector<std::string> record_order;    // dependencies first
    std::vector<std::string> error_types;     // ROI_ERROR records visible, source order
    std::vector<std::string> included_files;  // for the depfile
    std::vector<std::string> stub_includes;   // "other.roi.hpp" for marked classes of other headers
};

enum class severity { error, warning, note };

struct diagnostic {
    model::severity level = severity::error;
    location where;
    std::string text;    // one sentence: what and why
    std::string advice;  // what to write instead; empty: none
};

}  // namespace idlc::model
