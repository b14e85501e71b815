// Guesses what unmarked pointer parameters mean, by names, constness and neighbours: for --suggest.
#include "pointer_guess.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace idlc {
namespace {

using flow = model::parameter::direction;
using words = std::vector<std::string>;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "outBuffer_len" -> out, buffer, len.
words words_of(std::string_view name) {
    words result;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) result.push_back(word);
        word.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool begins = is_upper(c) && i > 0 && !is_upper(name[i - 1]);
        if (c == '_' || is_digit(c) || begins) finish();
        if (c == '_' || is_digit(c)) continue;
        word += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    finish();
    return result;
}

bool any_of(const words& in, std::initializer_list<std::string_view> those) {
    return std::any_of(in.begin(), in.end(), [those](const std::string& word) {
        return std::find(those.begin(), those.end(), word) != those.end();
    });
}

bool is_raw(const model::parameter& what) {
    return what.type.what == model::kind::pointer && what.type.reason == "is a raw pointer";
}

bool is_number(const model::type& what) {
    return what.what == model::kind::integer && what.bits >= 16 && !what.is_byte;
}

/// An integer, or a pointer to one, whose name says that it counts.
bool counts(const model::parameter& what) {
    const bool behind =
        is_raw(what) && !what.type.arguments.empty() && is_number(what.type.arguments[0]);
    if (!is_number(what.type) && !behind) return false;
    const words name = words_of(what.name);
    return any_of(name, {"n", "len", "length", "size", "count", "num", "number", "nb", "cnt", "sz",
                         "bytes", "max", "capacity", "cap", "elements", "items"}) ||
           (what.name.size() > 1 && what.name[0] == 'n' && is_upper(what.name[1]));
}

class guesser {
public:
    explicit guesser(model::method& method) : method_(method), name_(words_of(method.name)) {}

    std::vector<pointer_guess> run() {
        for (std::size_t i = 0; i < method_.parameters.size(); ++i)
            if (is_raw(method_.parameters[i])) consider(i);
        apply();
        return std::move(guesses_);
    }

private:
    void consider(std::size_t index) {
        const model::parameter& parameter = method_.parameters[index];
        pointer_guess guess;
        guess.parameter = index;
        const auto size = size_of(index);
        const bool behind = size && is_raw(method_.parameters[*size]);
        // A count of others is read, and written where what it counts is.
        const bool is_count =
            std::any_of(guesses_.begin(), guesses_.end(),
                        [&](const pointer_guess& other) { return other_size(other) == index; });
        flow way = is_count ? flow::inout : direction(parameter, size.has_value(), guess);
        if (is_count) guess.why = "it counts what is before it";
        if (parameter.type.cpp.starts_with("const ")) way = flow::in;
        // A lone char* is text or room for it, never one character.
        const bool text =
            !parameter.type.arguments.empty() && parameter.type.arguments[0].cpp == "char" && !size;
        if (text) return;
        guess.mark = way == flow::in ? "ROI_IN" : way == flow::out ? "ROI_OUT" : "ROI_INOUT";
        if (size) {
            const model::parameter& count = method_.parameters[*size];
            guess.mark += " ROI_SIZE(" + count.name + ")";
            sizes_.emplace_back(index, *size);
            if (behind && way == flow::in) guess.certain = false;
        }
        flows_.emplace_back(index, way);
        guesses_.push_back(std::move(guess));
    }

    std::optional<std::size_t> other_size(const pointer_guess& guess) const {
        for (const auto& [parameter, size] : sizes_)
            if (parameter == guess.parameter) return size;
        return std::nullopt;
    }

    /// The parameter that counts what is behind this one: the next, or the one before.
    std::optional<std::size_t> size_of(std::size_t index) const {
        const auto taken = [this](std::size_t size) {
            return std::any_of(sizes_.begin(), sizes_.end(),
                               [size](const auto& each) { return each.second == size; });
        };
        if (counts(method_.parameters[index]) && taken(index)) return std::nullopt;
        if (index + 1 < method_.parameters.size() && counts(method_.parameters[index + 1]))
            return index + 1;
        if (index > 0 && is_number(method_.parameters[index - 1].type) &&
            counts(method_.parameters[index - 1]) && !taken(index - 1))
            return index - 1;
        return std::nullopt;
    }

    flow direction(const model::parameter& parameter, bool counted, pointer_guess& guess) const {
        const words name = words_of(parameter.name);
        if (parameter.type.cpp.starts_with("const ")) {
            guess.why = "it points to const";
            return flow::in;
        }
        const auto because = [&guess](flow way, const char* why) {
            guess.why = why;
            return way;
        };
        if (any_of(name, {"inout", "io", "cursor", "pos", "position", "offset", "state"}))
            return because(flow::inout, "its name says that it goes both ways");
        if (any_of(name, {"out", "output", "result", "results", "res", "ret", "rv", "dst", "dest",
                          "destination", "answer", "reply", "response"}))
            return because(flow::out, "its name says that it is written");
        const auto doubtful = [&](flow way, const char* why) {
            guess.certain = false;
            return because(way, why);
        };
        if (any_of(name, {"in", "input", "src", "source", "from"}))
            return doubtful(flow::in, "its name says that it is read, but it points to non-const");
        if (method_.is_const)
            return because(flow::out, "a const method has nothing else to write to");
        if (begins({"get", "read", "fetch", "load", "query", "find", "lookup", "peek", "recv",
                    "receive", "parse", "try", "next", "pop"}))
            return because(flow::out, "the method's name says that it gives something");
        if (begins({"set", "write", "put", "send", "store", "add", "append", "push", "insert"}))
            return doubtful(flow::in,
                            "the method's name says that it takes something, but it "
                            "points to non-const");
        if (any_of(name, {"buf", "buffer"}) && counted)
            return doubtful(flow::out, "a buffer is mostly written");
        const bool last = &parameter == &method_.parameters.back();
        if (last && (method_.result.what == model::kind::boolean ||
                     method_.result.what == model::kind::enumeration))
            return doubtful(flow::out, "it is last, and the result says whether it went well");
        return doubtful(flow::inout, "nothing says whether it is read, written or both");
    }

    bool begins(std::initializer_list<std::string_view> verbs) const {
        return !name_.empty() && std::find(verbs.begin(), verbs.end(), name_[0]) != verbs.end();
    }

    void apply() {
        for (const auto& [index, way] : flows_) {
            method_.parameters[index].type.reason.clear();
            method_.parameters[index].flow = way;
        }
        for (const auto& [index, size] : sizes_)
            method_.parameters[index].size_parameter = method_.parameters[size].name;
    }

    model::method& method_;
    words name_;
    std::vector<pointer_guess> guesses_;
    std::vector<std::pair<std::size_t, flow>> flows_;
    std::vector<std::pair<std::size_t, std::size_t>> sizes_;
};

}  // namespace

std::vector<pointer_guess> guess_pointers(model::method& method) {
    return guesser(method).run();
}

}  // namespace idlc
