// Writes text line by line: `$name$` is replaced, `{` and `}` at the ends of lines move the
// indentation, and lines beyond 100 columns are broken as .clang-format breaks them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idlc::emit {

class writer {
public:
    using names = std::vector<std::pair<std::string_view, std::string>>;

    /// Writes the lines of `text`. The first line break is not written, so templates can begin on
    /// a line of their own; a line that holds nothing but one `$name$` whose value is empty is left
    /// out. Throws std::logic_error where a name is not among `values`.
    void add(std::string_view text, const names& values = {});

    /// One line, indented; broken where it is too long.
    void line(std::string_view text);
    /// `head : initialisers {}` on one line, else the initialisers on the next, else one a line.
    void constructor(const std::string& head, const std::vector<std::string>& initialisers);
    /// `object.call()`, on two lines where one is too short.
    void chain(const std::string& object, const std::string& call);
    /// An empty line, unless one is there already or a block has just begun.
    void blank();
    /// `text` as a `///` comment; nothing where it is empty.
    void doc(std::string_view text);
    /// One paragraph with `mark` before each of its lines, wrapped at 100 columns.
    void comment(const std::string& mark, std::string text);
    /// `name = "text"` and `end`; a text that is too long for one line continues on further ones.
    void assign_text(const std::string& name, std::string_view text, const std::string& end);
    /// Any bytes as string literals, one a line, and `end`. To be kept from clang-format.
    void byte_lines(std::string_view bytes, const std::string& end);
    /// `text` as it is: no indentation, no breaking.
    void raw(std::string_view text) { text_ += text; }

    void indent() { ++depth_; }
    void outdent() { --depth_; }

    /// All that was written; ends with one line break.
    std::string take();

private:
    std::string text_;
    int depth_ = 0;
};

/// "a \"b\"\n" -> "\"a \\\"b\\\"\\n\"": text as a C++ (and .proto) string literal, all ASCII.
std::string literal(std::string_view text);

/// Joins with a separator.
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace idlc::emit
