// Lists what is remote, local or refused, and proposes marks.
#include "explain.hpp"

#include "check/check.hpp"
#include "pointer_guess.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace idlc {
namespace {

std::string signature(const model::interface& interface, const model::method& method) {
    std::string text = interface.name + "::" + method.name + "(";
    for (std::size_t i = 0; i < method.parameters.size(); ++i) {
        const model::parameter& parameter = method.parameters[i];
        text += (i == 0 ? "" : ", ") + parameter.written +
                (parameter.name.empty() ? "" : " " + parameter.name);
    }
    if (method.is_variadic) text += method.parameters.empty() ? "..." : ", ...";
    text += ")";
    if (method.is_const) text += " const";
    if (method.ref_qualifier == model::method::ref::lvalue) text += " &";
    if (method.ref_qualifier == model::method::ref::rvalue) text += " &&";
    return text;
}

std::string promise(const model::method& method) {
    constexpr std::array names{"at most once", "at least once", "exactly once",
                               "durable at most once"};
    std::string text = names[static_cast<std::size_t>(method.promise)];
    if (method.oneway) text += ", one way";
    if (method.concurrent) text += ", concurrent";
    if (method.blocking) text += ", blocking";
    return text;
}

std::string place(const model::location& where) {
    return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) +
           ": ";
}

const model::diagnostic* first_error(const std::vector<model::diagnostic>& all) {
    for (const model::diagnostic& one : all)
        if (one.level == model::severity::error) return &one;
    return nullptr;
}

std::string sentence(const model::diagnostic& what) {
    return what.advice.empty() ? what.text : what.text + "; " + what.advice;
}

}  // namespace

std::string explain(const model::file& file) {
    std::string out;
    for (const model::interface& interface : file.interfaces) {
        std::size_t remote = 0, local = 0, refused = 0;
        for (const model::method& method : interface.methods) {
            out += place(method.where);
            if (!method.is_remote) {
                ++local;
                out +=
                    "local: " + signature(interface, method) + ": " + method.local_because + "\n";
                continue;
            }
            const auto found = check::of_method(file, interface, method);
            if (const model::diagnostic* error = first_error(found)) {
                ++refused;
                out += "refused: " + signature(interface, method) + ": " + sentence(*error) + "\n";
            } else {
                ++remote;
                out += "remote: " + signature(interface, method) + ": " + promise(method) + "\n";
            }
        }
        out +=
            place(interface.where) + "class: " + interface.name + ": " +
            (interface.marked ? "published as '" + interface.published_name + "', "
                              : std::string("not marked, ")) +
            std::to_string(remote) + " remote, " + std::to_string(local) + " local, " +
            std::to_string(refused) + " refused" +
            (interface.marked && !interface.no_server_because.empty()
                 ? "; no server class, for " + interface.no_server_because + ": use roi::publish()"
                 : "") +
            "\n";
    }
    return out;
}

std::string suggest(const model::file& file) {
    std::string out;
    for (const model::interface& interface : file.interfaces) {
        std::vector<std::string> refused, pointers;
        std::set<std::string> records;
        std::vector<const model::method*> good;
        for (const model::method& method : interface.methods) {
            if (!method.is_remote) continue;
            model::method trial = method;
            const auto marks = guess_pointers(trial);
            // What marks on classes can mend counts as served, with those marks.
            std::string why;
            std::set<std::string> needed;
            for (const model::diagnostic& one : check::of_method(file, interface, trial)) {
                if (one.level != model::severity::error) continue;
                if (one.advice.starts_with("mark it ROI_VALUE")) {
                    needed.insert(place(one.where) +
                                  "ROI_VALUE after 'class' or 'struct': " + one.text);
                } else if (one.advice.find("specialise roi::adapt<") == 0) {
                    needed.insert(place(one.where) + one.advice + ": " + one.text);
                } else if (one.advice.find("ROI_ONE_OF(") != std::string::npos) {
                    needed.insert(
                        place(one.where) +
                        "ROI_ONE_OF(...) with the classes that may stand there: " + one.text);
                } else if (why.empty()) {
                    why = sentence(one);
                }
            }
            if (!why.empty()) {
                refused.push_back(place(method.where) + "ROI_LOCAL before '" + method.name +
                                  "': " + why);
                continue;
            }
            good.push_back(&method);
            records.insert(needed.begin(), needed.end());
            for (const pointer_guess& mark : marks) {
                const model::parameter& parameter = method.parameters[mark.parameter];
                pointers.push_back(
                    place(parameter.where) + mark.mark + " before parameter '" +
                    (parameter.name.empty() ? std::to_string(mark.parameter + 1) : parameter.name) +
                    "' of '" + method.name + "': " + (mark.certain ? "" : "a guess, for ") +
                    mark.why);
            }
        }
        if (good.empty()) {
            out +=
                place(interface.where) + "class " + interface.name + ": no method can be served\n";
            for (const std::string& line : refused)
                out += "  " + line + "\n";
            continue;
        }
        if (!interface.marked)
            out += place(interface.where) + "ROI_REMOTE() after 'class' or 'struct' of " +
                   interface.name + "\n";
        else if (refused.empty() && pointers.empty() && records.empty())
            out += place(interface.where) + interface.name + " needs no further mark\n";
        // Of few served methods it is shorter to name those.
        if (refused.size() > good.size()) {
            for (const model::method* method : good)
                out += "  " + place(method->where) + "ROI_EXPORT before '" + method->name + "'\n";
            out += "  (" + std::to_string(refused.size()) +
                   " further methods cannot be served: idlc --explain says why)\n";
        } else {
            for (const std::string& line : refused)
                out += "  " + line + "\n";
        }
        for (const std::string& line : pointers)
            out += "  " + line + "\n";
        for (const std::string& line : records)
            out += "  " + line + "\n";
    }
    return out;
}

}  // namespace idlc
