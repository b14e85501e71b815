// Lines, indentation, and where a line too long is broken.
#include "emit/writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace idlc::emit {
namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t step = 4;

/// Where the parts of a bracketed list begin and end, at the outermost level.
struct list {
    std::string head;                // up to and with the opening bracket
    std::vector<std::string> parts;  // with their commas
    std::string tail;                // from the closing bracket
};

/// Position after a string or character literal that begins at `at`.
std::size_t after_literal(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote; ++at) {
        if (text[at] == '\\') ++at;
    }
    return at + 1;
}

/// Splits at the commas inside the bracket that opens at `open`.
list split(std::string_view text, std::size_t open) {
    list result;
    result.head = text.substr(0, open + 1);
    int depth = 0, angles = 0;
    std::size_t begin = open + 1, at = open + 1;
    const auto part = [&](std::size_t end) {
        while (begin < end && text[begin] == ' ')
            ++begin;
        if (end > begin) result.parts.emplace_back(text.substr(begin, end - begin));
        begin = end;
    };
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = after_literal(text, at);
            continue;
        }
        if (c == '(' || c == '{' || c == '[') ++depth;
        if (c == '<') ++angles;
        if (c == '>' && angles > 0 && text[at - 1] != '-') --angles;
        if (c == ')' || c == '}' || c == ']') {
            if (depth == 0) break;
            --depth;
        }
        ++at;
        if (c == ',' && depth == 0 && angles == 0) part(at);
    }
    part(at);
    result.tail = text.substr(at);
    return result;
}

/// Fills lines with parts; the first line has `first` columns taken. Empty where a part is too
/// wide.
std::vector<std::string> fill(const list& what, std::size_t first, std::size_t indent) {
    std::vector<std::string> lines{""};
    std::size_t used = first;
    for (std::size_t i = 0; i < what.parts.size(); ++i) {
        const auto& part = what.parts[i];
        const auto tail = i + 1 == what.parts.size() ? what.tail.size() : 0;
        const std::size_t space = lines.back().empty() ? 0 : 1;
        if (used + space + part.size() + tail > columns) {
            if (lines.back().empty()) return {};
            if (indent + part.size() + tail > columns) return {};
            lines.emplace_back(part);
            used = indent + part.size();
        } else {
            lines.back() += (space != 0 ? " " : "") + part;
            used += space + part.size();
        }
    }
    return lines;
}

/// The bracket to break at: the last one at the outermost level that holds anything.
std::size_t breakable(std::string_view text) {
    std::size_t found = std::string_view::npos;
    int depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = after_literal(text, at);
            continue;
        }
        if (c == '(' || c == '{') {
            const bool empty = at + 1 >= text.size() || text[at + 1] == ')' || text[at + 1] == '}';
            if (depth == 0 && !empty && at > 0) found = at;
            ++depth;
        }
        if (c == ')' || c == '}') --depth;
        ++at;
    }
    return found;
}

/// "std::string BankClient::name(" rather than "codec::put(" or "return make(".
bool is_declaration(const std::string& head) {
    if (head.starts_with("return ") || head.find(" = ") != std::string::npos) return false;
    int angles = 0;
    for (const char c : head) {
        if (c == '<') ++angles;
        if (c == '>') --angles;
        if (c == ' ' && angles == 0) return true;
    }
    return false;
}

std::string broken(const std::string& text, std::size_t indent) {
    if (indent + text.size() <= columns || text.starts_with("//")) return text;
    const auto assigned = text.find(" = ");
    if (assigned != std::string::npos && indent + step + text.size() - assigned - 3 <= columns &&
        text.find('(') > assigned) {
        return text.substr(0, assigned + 2) + "\n" + std::string(indent + step, ' ') +
               text.substr(assigned + 3);
    }
    const auto open = breakable(text);
    if (open == std::string_view::npos) return text;
    const auto what = split(text, open);
    // Aligned after the bracket, or all on the next line where that gives fewer lines.
    auto align = indent + what.head.size();
    auto lines = fill(what, align, align);
    auto below = fill(what, indent + step, indent + step);
    std::string result = what.head;
    // As clang-format weighs it: a break after the bracket of a declaration costs more.
    const std::size_t saved = is_declaration(what.head) ? 4 : 2;
    if (lines.empty() || (!below.empty() && below.size() + saved <= lines.size())) {
        align = indent + step;
        lines = below;
        if (lines.empty()) return text;
        result += "\n" + std::string(align, ' ');
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) result += "\n" + std::string(align, ' ');
        result += lines[i];
    }
    return result + what.tail;
}

std::string replaced(std::string_view text, const writer::names& values) {
    std::string result;
    while (true) {
        const auto begin = text.find('$');
        if (begin == std::string_view::npos) return result += text;
        const auto end = text.find('$', begin + 1);
        if (end == std::string_view::npos) throw std::logic_error("an open $ in a template");
        result += text.substr(0, begin);
        const auto name = text.substr(begin + 1, end - begin - 1);
        const auto found = std::find_if(values.begin(), values.end(),
                                        [&](const auto& each) { return each.first == name; });
        if (found == values.end()) {
            throw std::logic_error("a template names '" + std::string{name} +
                                   "', which nobody gave");
        }
        result += found->second;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

void writer::line(std::string_view text) {
    if (text.empty()) return blank();
    if (text.front() == '}' || text == "public:" || text == "private:" || text == "protected:") {
        --depth_;
    }
    const auto indent = step * static_cast<std::size_t>(std::max(depth_, 0));
    // Namespaces do not indent; preprocessor lines stand at the margin.
    const bool margin = text.front() == '#';
    text_ += margin ? "" : std::string(indent, ' ');
    text_ += margin ? std::string{text} : broken(std::string{text}, indent);
    text_ += '\n';
    const bool is_namespace = text.starts_with("namespace") || text.starts_with("inline namespace");
    const bool opens = text.back() == '{' && !is_namespace;
    if (opens || text == "public:" || text == "private:" || text == "protected:") ++depth_;
    if (text.starts_with("}  // namespace")) ++depth_;
}

void writer::constructor(const std::string& head, const std::vector<std::string>& initialisers) {
    const auto together = join(initialisers, ", ") + " {}";
    const auto indent = step * static_cast<std::size_t>(depth_);
    if (indent + head.size() + 3 + together.size() <= columns) return line(head + " : " + together);
    line(head);
    const std::string margin(indent + step, ' ');
    if (margin.size() + 2 + together.size() <= columns) {
        text_ += margin + ": " + together + "\n";
        return;
    }
    for (std::size_t i = 0; i < initialisers.size(); ++i) {
        const bool last = i + 1 == initialisers.size();
        text_ += margin + (i == 0 ? ": " : "  ") + initialisers[i] + (last ? " {}" : ",") + "\n";
    }
}

void writer::byte_lines(std::string_view bytes, const std::string& end) {
    const auto indent = step * static_cast<std::size_t>(depth_);
    const auto write = [&](const std::string& quoted) {
        text_ += std::string(indent, ' ') + "\"" + quoted + "\"";
    };
    std::string quoted;
    for (const char each : bytes) {
        // Always three octal digits: no digit behind them is taken for one more.
        const auto octet = static_cast<unsigned char>(each);
        std::string next(1, each);
        if (octet < 0x20 || octet >= 0x7f) {
            next = {'\\', static_cast<char>('0' + (octet >> 6)),
                    static_cast<char>('0' + ((octet >> 3) & 7)),
                    static_cast<char>('0' + (octet & 7))};
        } else if (each == '"' || each == '\\' || each == '?') {  // "??" begins a trigraph
            next.insert(0, 1, '\\');
        }
        if (indent + quoted.size() + next.size() + 2 + end.size() > columns) {
            write(quoted);
            text_ += "\n";
            quoted.clear();
        }
        quoted += next;
    }
    write(quoted);
    text_ += end + "\n";
}

void writer::chain(const std::string& object, const std::string& call) {
    const auto indent = step * static_cast<std::size_t>(depth_);
    if (indent + object.size() + call.size() <= columns) return line(object + call);
    const auto assigned = object.find(" = ");
    if (assigned != std::string::npos &&
        indent + step + object.size() - assigned - 3 + call.size() <= columns) {
        line(object.substr(0, assigned + 2));
        text_ += std::string(indent + step, ' ') + object.substr(assigned + 3) + call + "\n";
        return;
    }
    line(object);
    text_ += std::string(indent + step, ' ') + call + "\n";
}

void writer::blank() {
    if (text_.empty() || text_.ends_with("\n\n")) return;
    const auto last = text_.substr(0, text_.size() - 1);
    if (last.ends_with("{") && !last.ends_with("namespace {")) {
        const auto begin = last.rfind('\n');
        const auto line = last.substr(begin == std::string::npos ? 0 : begin + 1);
        if (!line.starts_with("namespace")) return;
    }
    if (last.ends_with("public:") || last.ends_with("private:") || last.ends_with("protected:")) {
        return;
    }
    text_ += '\n';
}

void writer::add(std::string_view text, const names& values) {
    if (text.starts_with('\n')) text.remove_prefix(1);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto each = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto start = std::min(each.find_first_not_of(' '), each.size());
        each.remove_prefix(start);
        const auto full = replaced(each, values);
        if (full.empty() && !each.empty()) continue;
        for (std::size_t at = 0; at <= full.size();) {
            const auto stop = std::min(full.find('\n', at), full.size());
            line(std::string_view{full}.substr(at, stop - at));
            at = stop + 1;
        }
    }
}

void writer::doc(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string each{text.substr(0, end)};
        text.remove_prefix(std::min(end + 1, text.size()));
        while (!each.empty() && (each.back() == ' ' || each.back() == '\r'))
            each.pop_back();
        // A backslash at the end would make the next line part of the comment.
        if (!each.empty() && each.back() == '\\') each += " .";
        if (each.empty()) {
            line("///");
        } else {
            comment("/// ", each);
        }
    }
}

void writer::comment(const std::string& mark, std::string text) {
    const auto room = columns - step * static_cast<std::size_t>(depth_) - mark.size();
    while (text.size() > room) {
        auto end = text.rfind(' ', room);
        if (end == std::string::npos || end == 0) end = text.find(' ');
        if (end == std::string::npos) break;
        line(mark + text.substr(0, end));
        text.erase(0, end + 1);
    }
    line(mark + text);
}

void writer::assign_text(const std::string& name, std::string_view text, const std::string& end) {
    const auto indent = step * static_cast<std::size_t>(depth_);
    const auto whole = literal(text);
    if (indent + name.size() + 3 + whole.size() + end.size() <= columns) {
        return line(name + " = " + whole + end);
    }
    line(name + " =");
    const std::string margin(indent + step, ' ');
    while (margin.size() + literal(text).size() + end.size() > columns) {
        const auto at = text.rfind(' ', columns - margin.size() - 3);
        if (at == std::string_view::npos) break;
        text_ += margin + literal(text.substr(0, at + 1)) + "\n";
        text.remove_prefix(at + 1);
    }
    text_ += margin + literal(text) + end + "\n";
}

std::string writer::take() {
    while (text_.ends_with("\n\n"))
        text_.pop_back();
    return std::move(text_);
}

std::string literal(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '?' && result.ends_with('?')) {
            result += "\\?";
        } else if (code < 0x20 || code >= 0x7f) {
            std::array<char, 8> octal{};
            std::snprintf(octal.data(), octal.size(), "\\%03o", code);
            result += octal.data();
        } else {
            result += c;
        }
    }
    return result + "\"";
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string result;
    for (const auto& part : parts) {
        if (&part != &parts.front()) result += separator;
        result += part;
    }
    return result;
}

}  // namespace idlc::emit
