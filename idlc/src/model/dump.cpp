// Writes the model as text, one fact per line, for people and for golden tests.
#include "model/dump.hpp"

#include <algorithm>
#include <array>

namespace idlc::model {
namespace {

const char* name_of(kind what) {
    switch (what) {
        case kind::void_:
            return "void";
        case kind::boolean:
            return "boolean";
        case kind::integer:
            return "integer";
        case kind::floating:
            return "floating";
        case kind::enumeration:
            return "enumeration";
        case kind::string:
            return "string";
        case kind::c_string:
            return "c_string";
        case kind::wide_string:
            return "wide_string";
        case kind::bytes:
            return "bytes";
        case kind::sequence:
            return "sequence";
        case kind::fixed_array:
            return "fixed_array";
        case kind::set:
            return "set";
        case kind::map:
            return "map";
        case kind::optional:
            return "optional";
        case kind::owner:
            return "owner";
        case kind::variant:
            return "variant";
        case kind::monostate:
            return "monostate";
        case kind::tuple:
            return "tuple";
        case kind::bitset:
            return "bitset";
        case kind::duration:
            return "duration";
        case kind::time_point:
            return "time_point";
        case kind::record:
            return "record";
        case kind::message:
            return "message";
        case kind::adapted:
            return "adapted";
        case kind::pointer:
            return "pointer";
        case kind::remote:
            return "remote";
        case kind::function:
            return "function";
        case kind::self:
            return "self";
        case kind::unsupported:
            return "unsupported";
    }
    return "?";
}

std::string shape(const type& what) {
    std::string text = name_of(what.what);
    if (what.what == kind::integer)
        text =
            what.is_byte ? "byte" : (what.is_signed ? "int" : "uint") + std::to_string(what.bits);
    if (what.what == kind::floating) text = "float" + std::to_string(what.bits);
    if (what.what == kind::wide_string) text += std::to_string(what.bits);
    if (what.what == kind::enumeration || what.what == kind::record || what.what == kind::message ||
        what.what == kind::adapted)
        text += " " + escaped(what.name);
    if (what.what == kind::duration || what.what == kind::time_point)
        text += " " + std::to_string(what.ratio_num) + "/" + std::to_string(what.ratio_den);
    if (!what.container.empty()) text += " of " + what.container;
    if (what.extent != 0) text += " [" + std::to_string(what.extent) + "]";
    const auto list = [&text](const std::vector<type>& types, const char* open, const char* close) {
        if (types.empty()) return;
        text += open;
        for (std::size_t i = 0; i < types.size(); ++i)
            text += (i == 0 ? "" : ", ") + shape(types[i]);
        text += close;
    };
    list(what.arguments, " <", ">");
    list(what.one_of, " one of (", ")");
    if (!what.reason.empty())
        text += " REFUSED: " + escaped(what.reason) + "; " + escaped(what.advice);
    return text;
}

std::string both_names(const type& what) {
    std::string text = "`" + escaped(what.cpp) + "`";
    if (what.qualified != what.cpp) text += " as `" + escaped(what.qualified) + "`";
    return text;
}

const char* name_of(passing how) {
    constexpr std::array names{"by value", "by const reference", "by mutable reference",
                               "by rvalue reference", "by pointer"};
    return names[static_cast<std::size_t>(how)];
}

class writer {
public:
    writer(const file& in, std::string& out) : in_(in), out_(out) {}

    void line(int depth, const std::string& text) {
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
        out_ += text + '\n';
    }
    void doc(int depth, const std::string& text) {
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            line(depth, "doc: " + escaped(text.substr(begin, end - begin)));
            begin = end + 1;
        }
    }
    std::string at(const location& where) const {
        if (where.file.empty() || !in_.path.ends_with(where.file.substr(where.file.rfind('/') + 1)))
            return {};
        return " @" + std::to_string(where.line) + ":" + std::to_string(where.column);
    }
    static std::string list(const marks& all) {
        std::string text;
        for (const mark& one : all)
            text +=
                " [" + one.name + (one.argument.empty() ? "" : "=" + escaped(one.argument)) + "]";
        return text;
    }

    void write(const parameter& one, int depth) {
        std::string text = "parameter " + (one.name.empty() ? "(unnamed)" : one.name) + ": " +
                           both_names(one.type) + ", " + name_of(one.how) + ", " + shape(one.type);
        if (one.flow == parameter::direction::out) text += ", out";
        if (one.flow == parameter::direction::inout) text += ", inout";
        if (!one.size_parameter.empty()) text += ", size in " + escaped(one.size_parameter);
        if (one.number) text += ", number " + std::to_string(*one.number);
        if (!one.default_text.empty())
            text += ", default `" + escaped(one.default_text) + "`" +
                    (one.default_usable ? "" : " unusable");
        line(depth, text + list(one.marks));
    }

    void write(const field& one, int depth) {
        std::string text = "field " + one.name;
        if (one.access_path != one.name) text += " (" + one.access_path + ")";
        text += ": " + both_names(one.type) + ", " + shape(one.type);
        if (one.is_private) text += ", private";
        if (one.bit_width >= 0) text += ", " + std::to_string(one.bit_width) + " bits";
        if (one.number) text += ", number " + std::to_string(*one.number);
        line(depth, text + at(one.where) + list(one.marks));
        doc(depth + 1, one.doc);
    }

    void write(const method& one, int depth) {
        line(depth, "method " + one.name + at(one.where) + list(one.marks));
        doc(depth + 1, one.doc);
        std::string how;
        if (one.is_const) how += " const";
        if (one.is_noexcept) how += " noexcept";
        if (one.is_virtual) how += " virtual";
        if (one.is_pure) how += " pure";
        if (one.is_final) how += " final";
        if (one.overrides) how += " override";
        if (one.is_static) how += " static";
        if (one.is_nodiscard) how += " nodiscard";
        if (one.is_variadic) how += " variadic";
        if (one.ref_qualifier == method::ref::lvalue) how += " &";
        if (one.ref_qualifier == method::ref::rvalue) how += " &&";
        if (!how.empty()) line(depth + 1, "is" + how);
        if (!one.is_remote) {
            line(depth + 1, "local: " + one.local_because);
            return;
        }
        std::string result = "result: " + both_names(one.result) + ", " + name_of(one.result_how) +
                             ", " + shape(one.result);
        if (one.is_task) result += ", in " + one.task_template;
        line(depth + 1, result);
        constexpr std::array promises{"at_most_once", "at_least_once", "exactly_once",
                                      "durable_at_most_once"};
        std::string promise = promises[static_cast<std::size_t>(one.promise)];
        if (one.oneway) promise += " oneway";
        if (one.concurrent) promise += " concurrent";
        if (one.blocking) promise += " blocking";
        if (one.self) promise += " self";
        if (one.exported) promise += " exported";
        if (one.deadline_us) promise += " deadline " + std::to_string(*one.deadline_us) + "us";
        if (one.progress_us) promise += " progress " + std::to_string(*one.progress_us) + "us";
        if (one.reply_limit) promise += " reply limit " + std::to_string(*one.reply_limit);
        if (one.id) promise += " id " + std::to_string(*one.id);
        line(depth + 1, "promise: " + promise);
        for (const parameter& each : one.parameters)
            write(each, depth + 1);
    }

    void write(const interface& one) {
        line(0, std::string(one.marked ? "interface " : "class ") + escaped(one.name) +
                    at(one.where) + list(one.marks));
        doc(1, one.doc);
        line(1, "published as: " + escaped(one.published_name));
        std::string spaces;
        for (const enclosing_namespace& space : one.namespaces)
            spaces += std::string(" ") + (space.is_inline ? "inline " : "") + space.name;
        if (!spaces.empty()) line(1, "in:" + spaces);
        for (const auto& base : one.base_uses)
            line(1, "base " + base.name + (base.is_virtual ? " virtual" : "") +
                        (base.header.empty() ? "" : " from " + escaped(base.header)));
        std::string how;
        if (one.is_abstract) how += " abstract";
        if (one.is_final) how += " final";
        if (one.has_virtual_destructor) how += " destroyed-virtually";
        if (one.per_client) how += " per_client";
        if (one.single_owner) how += " single_owner";
        if (one.shared) how += " shared";
        if (one.concurrent) how += " concurrent";
        if (one.has_journal) how += one.has_reload ? " journal reload" : " journal";
        if (one.deadline_us) how += " deadline " + std::to_string(*one.deadline_us) + "us";
        if (!how.empty()) line(1, "is" + how);
        if (!one.no_server_because.empty()) line(1, "no server: " + one.no_server_because);
        if (one.server_holds && !one.is_final) line(1, "server holds the object");
        for (const constructor& each : one.constructors) {
            std::string text = "constructor(";
            for (std::size_t i = 0; i < each.parameters.size(); ++i) {
                const parameter& p = each.parameters[i];
                text += (i == 0 ? "" : ", ") + escaped(p.type.qualified) +
                        (p.name.empty() ? "" : " " + p.name);
                if (!p.default_text.empty()) text += " = " + escaped(p.default_text);
            }
            text += ")";
            if (each.is_explicit) text += " explicit";
            if (each.is_noexcept) text += " noexcept";
            line(1, text);
        }
        for (const method& each : one.methods)
            write(each, 1);
        for (const field& each : one.state) {
            line(1, "state:");
            write(each, 2);
        }
    }

    void write(const record& one) {
        line(0, "record " + escaped(one.name) + at(one.where) + list(one.marks));
        doc(1, one.doc);
        std::string how;
        if (one.is_error) how += " error";
        if (one.is_value) how += " value";
        if (one.is_polymorphic) how += " polymorphic";
        if (one.is_abstract) how += " abstract";
        if (one.is_aggregate) how += " aggregate";
        if (!one.default_constructible) how += " not-default-constructible";
        if (!how.empty()) line(1, "is" + how);
        for (const type& base : one.bases)
            line(1, "base " + escaped(base.name) + ", " + shape(base));
        if (!one.error_bases.empty()) {
            std::string text = "caught as:";
            for (const std::string& name : one.error_bases)
                text += " " + name;
            line(1, text);
        }
        for (const field& each : one.fields)
            write(each, 1);
    }

    void write(const enumeration& one) {
        line(0, "enum " + escaped(one.name) + at(one.where) + (one.scoped ? " scoped" : "") +
                    (one.is_signed ? " int" : " uint") + std::to_string(one.bits));
        doc(1, one.doc);
        for (const enumerator& each : one.values) {
            line(1, each.name + " = " +
                        (one.is_signed ? std::to_string(each.value)
                                       : std::to_string(each.unsigned_value)) +
                        list(each.marks));
            doc(2, each.doc);
        }
    }

private:
    const file& in_;
    std::string& out_;
};

}  // namespace

std::string escaped(std::string_view text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\\') {
            result += "\\\\";
        } else if (byte < 0x20 || byte > 0x7e) {
            result += "\\x";
            result += digits[byte >> 4];
            result += digits[byte & 15];
        } else {
            result += c;
        }
    }
    return result;
}

std::string dump(const file& what) {
    std::string out;
    writer to(what, out);
    to.line(0, "header " + escaped(what.include_as));
    for (const std::string& stub : what.stub_includes)
        to.line(0, "uses " + escaped(stub));
    for (const interface& one : what.interfaces)
        to.write(one);
    for (const interface& one : what.foreign_bases) {
        to.line(0, "foreign:");
        to.write(one);
    }
    for (const std::string& name : what.record_order)
        to.write(what.records.at(name));
    for (const auto& [name, one] : what.enums)
        to.write(one);
    std::string errors;
    for (const std::string& name : what.error_types)
        errors += " " + escaped(name);
    if (!errors.empty()) to.line(0, "throws:" + errors);
    return out;
}

}  // namespace idlc::model
