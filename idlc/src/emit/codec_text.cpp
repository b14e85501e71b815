// The codec of a generated file: which records it writes and reads, and how.
#include "emit/codec_text.hpp"

#include "emit/cpp_types.hpp"
#include "emit/names.hpp"
#include "emit/schema.hpp"
#include "model/ids.hpp"

#include <algorithm>

namespace idlc::emit {
namespace {

using model::kind;
using model::type;

/// The polymorphic class that a pointer, an owner or a reference is to.
std::string base_of(const type& what) {
    auto base = what.arguments.empty() ? what.cpp : what.arguments.front().cpp;
    while (!base.empty() && (base.back() == '*' || base.back() == '&' || base.back() == ' ')) {
        base.pop_back();
    }
    if (base.starts_with("const ")) base.erase(0, 6);
    return base;
}

bool is_bit_field(const model::field& what) {
    return what.bit_width >= 0;
}

/// Fields that are reached through references: not bit-fields, which have none.
std::string temporary(const model::field& what) {
    return readable(what.type);
}

}  // namespace

void codec_text::write(const type& what) {
    visit(what, direction::write);
}

void codec_text::read(const type& what) {
    visit(what, direction::read);
}

void codec_text::visit(const type& what, direction way, bool inside) {
    type flat = what;
    flat.arguments.clear();
    flat.one_of.clear();
    add_codec_headers(flat, headers_);
    if (what.what == kind::c_string && way == direction::read) need("roi/codec/text_pointer.hpp");
    if (what.what == kind::enumeration && plan_.enum_numbers.contains(what.name)) {
        enums_.insert(what.name);
        need("roi/codec/class.hpp");
    }
    if (!what.one_of.empty()) {
        need("roi/codec/owner.hpp");
        const auto same = [&](const type& each) { return base_of(each) == base_of(what); };
        if (inside && std::none_of(sets_.begin(), sets_.end(), same)) sets_.push_back(what);
        for (const auto& each : what.one_of)
            visit(each, way);
        return;
    }
    for (const auto& each : what.arguments)
        visit(each, way, true);
    if (what.what != kind::record) return;
    auto& seen = way == direction::write ? written_ : read_;
    const auto* record = plan_.record(what.name);
    if (record == nullptr || !seen.insert(what.name).second) return;
    const bool bits = std::any_of(record->fields.begin(), record->fields.end(), is_bit_field);
    if (reaches_private(*record) || bits) need("roi/codec/class.hpp");
    for (const auto& base : record->bases) {
        if (base.what == kind::record) visit(base, way);
    }
    for (const auto& field : record->fields)
        visit(field.type, way);
}

std::vector<const model::record*> codec_text::in_order() const {
    std::vector<const model::record*> result;
    std::set<std::string> seen;
    const auto add = [&](const std::string& name) {
        const auto* record = plan_.record(name);
        const bool used = written_.contains(name) || read_.contains(name);
        if (record != nullptr && used && seen.insert(name).second) result.push_back(record);
    };
    for (const auto& name : plan_.input->record_order)
        add(name);
    for (const auto& [name, record] : plan_.input->records)
        add(name);
    return result;
}

bool codec_text::reaches_private(const model::record& what) const {
    return std::any_of(what.fields.begin(), what.fields.end(),
                       [](const model::field& each) { return each.is_private; });
}

std::string codec_text::access(const model::record& owner, const model::field& what) const {
    if (what.is_private) {
        const auto index = static_cast<std::size_t>(&what - owner.fields.data());
        const auto number = plan_.field_numbers.at(owner.name)[index];
        return "roi::generated::reach<" + std::to_string(number) + ">(value)";
    }
    return "value." + (what.access_path.empty() ? what.name : what.access_path);
}

void codec_text::add_global(writer& out) const {
    for (const auto* record : in_order()) {
        if (!reaches_private(*record)) continue;
        out.blank();
        out.add("// The private fields of $class$, which travel because it is marked ROI_VALUE.",
                {{"class", class_name(*record)}});
        const auto& numbers = plan_.field_numbers.at(record->name);
        for (std::size_t i = 0; i < record->fields.size(); ++i) {
            if (!record->fields[i].is_private) continue;
            out.line("template struct roi::generated::private_member<" + class_name(*record) +
                     ", " + std::to_string(numbers[i]) + ", &" + class_name(*record) +
                     "::" + record->fields[i].name + ">;");
        }
    }
    for (const auto& name : enums_) {
        const auto& what = plan_.input->enums.at(name);
        const auto& numbers = plan_.enum_numbers.at(name);
        out.blank();
        out.add(R"(
            // $name$ has numbers on the wire that are not its values.
            template <>
            struct roi::adapt<$name$> {
            using wire = roi::generated::enum_number;
            static wire to_wire($name$ value) {
            switch (value) {
        )",
                {{"name", name}});
        for (const auto& each : what.values) {
            const auto found = numbers.find(each.name);
            if (found == numbers.end()) continue;
            out.line("case " + name + "::" + each.name + ":");
            out.indent();
            out.line("return wire{" + std::to_string(found->second) + "};");
            out.outdent();
        }
        out.add(R"(
            default:
        )");
        out.indent();
        out.line("return static_cast<wire>(value);");
        out.outdent();
        out.line("}");
        out.line("}");
        out.add(R"(
            static $name$ from_wire(wire number) {
            switch (static_cast<std::int32_t>(number)) {
        )",
                {{"name", name}});
        for (const auto& each : what.values) {
            const auto found = numbers.find(each.name);
            if (found == numbers.end()) continue;
            out.line("case " + std::to_string(found->second) + ":");
            out.indent();
            out.line("return " + name + "::" + each.name + ";");
            out.outdent();
        }
        out.line("default:");
        out.indent();
        out.line("return static_cast<" + name + ">(number);");
        out.outdent();
        out.line("}");
        out.line("}");
        out.line("};");
    }
}

void codec_text::add_to(writer& out) const {
    const auto records = in_order();
    if (records.empty() && sets_.empty()) {
        out.line("struct codec : roi::generated::codec<codec> {};");
        return;
    }
    out.line("struct codec : roi::generated::codec<codec> {");
    for (const auto* each : records) {
        if (written_.contains(each->name)) {
            out.line("static void write(roi::wire::writer& out, const " + class_name(*each) +
                     "& value);");
        }
        if (read_.contains(each->name)) {
            out.line("static void read(roi::wire::reader& in, " + class_name(*each) + "& value);");
        }
    }
    for (const auto& each : sets_) {
        out.line("static roi::generated::types<" + alternatives(each) +
                 "> one_of(roi::generated::types<" + base_of(each) + ">);");
    }
    out.line("};");
    for (const auto* each : records) {
        if (written_.contains(each->name)) add_write(out, *each);
        if (read_.contains(each->name)) add_read(out, *each);
    }
}

void codec_text::add_write(writer& out, const model::record& what) const {
    struct part {
        unsigned number;
        std::string line;
    };
    std::vector<part> parts;
    const auto& base_numbers = plan_.base_numbers.at(what.name);
    for (std::size_t i = 0; i < what.bases.size(); ++i) {
        if (base_numbers[i] == 0) continue;
        parts.push_back({base_numbers[i], "put<" + what.bases[i].cpp + ">(out, " +
                                              std::to_string(base_numbers[i]) + ", value);"});
    }
    const auto& numbers = plan_.field_numbers.at(what.name);
    for (std::size_t i = 0; i < what.fields.size(); ++i) {
        const auto& field = what.fields[i];
        auto text = access(what, field);
        // A bit-field is promoted to int by every expression but a cast.
        if (is_bit_field(field)) text = "static_cast<" + temporary(field) + ">(" + text + ")";
        parts.push_back(
            {numbers[i], "put(out, " + std::to_string(numbers[i]) + ", " + text + ");"});
    }
    out.blank();
    if (parts.empty()) {
        out.line("void codec::write(roi::wire::writer&, const " + class_name(what) + "&) {}");
        return;
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const part& a, const part& b) { return a.number > b.number; });
    out.line("void codec::write(roi::wire::writer& out, const " + class_name(what) + "& value) {");
    for (const auto& each : parts)
        out.line(each.line);
    out.line("}");
}

void codec_text::add_read(writer& out, const model::record& what) const {
    std::vector<std::string> many;
    for (const auto& field : what.fields) {
        if (is_many(field.type) || field.type.what == kind::owner)
            many.push_back(access(what, field));
    }
    out.blank();
    const bool narrow = std::any_of(what.fields.begin(), what.fields.end(), [](const auto& each) {
        return is_bit_field(each) && each.type.what == kind::integer;
    });
    if (narrow) {
        out.line("// What goes into bit-fields was checked to fit.");
        out.line("#pragma GCC diagnostic push");
        out.line("#pragma GCC diagnostic ignored \"-Wconversion\"");
    }
    const bool empty = what.fields.empty() &&
                       std::none_of(what.bases.begin(), what.bases.end(),
                                    [](const type& each) { return each.what == kind::record; });
    out.line("void codec::read(roi::wire::reader& in, " + class_name(what) + "&" +
             (empty ? "" : " value") + ") {");
    if (!many.empty()) out.line("clear(" + join(many, ", ") + ");");
    out.line("while (in.next()) {");
    if (empty) {
        out.line("in.skip();");
        out.line("}");
        out.line("}");
        return;
    }
    out.line("switch (in.number()) {");
    const auto add_case = [&](unsigned number, const std::vector<std::string>& lines) {
        const bool block = lines.size() > 1;
        out.line("case " + std::to_string(number) + ":" + (block ? " {" : ""));
        if (!block) out.indent();
        for (const auto& line : lines)
            out.line(line);
        out.line("break;");
        if (block) {
            out.line("}");
        } else {
            out.outdent();
        }
    };
    const auto& base_numbers = plan_.base_numbers.at(what.name);
    for (std::size_t i = 0; i < what.bases.size(); ++i) {
        if (base_numbers[i] == 0) continue;
        add_case(base_numbers[i], {"get<" + what.bases[i].cpp + ">(in, value);"});
    }
    const auto& numbers = plan_.field_numbers.at(what.name);
    for (std::size_t i = 0; i < what.fields.size(); ++i) {
        const auto& field = what.fields[i];
        if (is_bit_field(field)) {
            add_case(numbers[i],
                     {temporary(field) + " bits{};", "get(in, bits);",
                      "roi::generated::check_width(bits, " + std::to_string(field.bit_width) + ");",
                      access(what, field) + " = bits;"});
        } else {
            const auto set = alternatives(field.type);
            add_case(numbers[i], {(set.empty() ? std::string{"get"}
                                               : "roi::generated::get_one_of<codec, " + set + ">") +
                                  "(in, " + access(what, field) + ");"});
        }
    }
    out.line("default:");
    out.indent();
    out.line("in.skip();");
    out.outdent();
    out.line("}");
    out.line("}");
    out.line("}");
    if (narrow) out.line("#pragma GCC diagnostic pop");
}

}  // namespace idlc::emit
