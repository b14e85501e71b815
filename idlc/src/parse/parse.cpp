// Runs libclang over one header and walks what it declares.
#include "parse/parse.hpp"

#include "parse/context.hpp"
#include "parse/toolchain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

namespace idlc::parse {
namespace {
namespace fs = std::filesystem;

// The header is included by a main file that exists in memory only: its own `#pragma once` and
// relative includes then mean what they mean to its users, and a further pass can add lines.
constexpr const char* wrapper_name = "roi_idlc_input.cpp";
constexpr int most_passes = 6;
// What a type is adapted to, or void. Also for standards before concepts.
constexpr const char* probe_text =
    "template <class T> struct roi_idlc_void { typedef void type; };\n"
    "template <class T, class = void> struct roi_idlc_probe { typedef void type; };\n"
    "template <class T> struct roi_idlc_probe<T, typename roi_idlc_void<typename "
    "roi::adapt<T>::wire>::type> { typedef typename roi::adapt<T>::wire type; };\n";
constexpr const char* mark_notice = "roi mark";

struct prepared {
    std::vector<std::string> arguments;
    std::vector<model::diagnostic> problems;
    bool usable = true;
};

prepared prepare(const request& what) {
    prepared result;
    const flags kept = filter_flags(what.flags, clang_major());
    for (const std::string& reason : kept.refused) {
        result.problems.push_back(
            {model::severity::error, {}, "compiler flag " + reason, "leave it out"});
        result.usable = false;
    }
    result.arguments = {"-x",
                        "c++",
                        "-DROI_IDLC=1",
                        "-fno-caret-diagnostics",
                        "-Wno-everything",
                        "-W#pragma-messages",
                        "-W#warnings"};
    result.arguments.insert(result.arguments.end(), kept.accepted.begin(), kept.accepted.end());
    const search_paths found = find_toolchain(kept.accepted);
    result.arguments.insert(result.arguments.end(), found.arguments.begin(), found.arguments.end());
    if (!found.missing.empty())
        result.problems.push_back({model::severity::warning, {}, found.missing, {}});
    std::error_code error;
    if (!fs::is_regular_file(what.header, error)) {
        const bool there = fs::exists(what.header, error);
        result.problems.push_back({model::severity::error,
                                   {},
                                   "cannot read '" + what.header + "': " +
                                       (there ? "it is not a regular file" : "no such file"),
                                   {}});
        result.usable = false;
    }
    return result;
}

std::string quoted(const std::string& path) {
    std::string result = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

CXErrorCode parse_unit(CXIndex index, const std::vector<std::string>& arguments,
                       const std::string& wrapper, unsigned options, clang_unit& unit) {
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments)
        pointers.push_back(argument.c_str());
    CXUnsavedFile file{wrapper_name, wrapper.data(), wrapper.size()};
    CXTranslationUnit parsed = nullptr;
    const CXErrorCode code =
        clang_parseTranslationUnit2(index, wrapper_name, pointers.data(),
                                    static_cast<int>(pointers.size()), &file, 1, options, &parsed);
    unit = clang_unit(parsed);
    return code;
}

/// Path by which an #include finds `file`: relative to the -I directory that holds it.
std::string include_name(const std::string& file, const std::vector<std::string>& arguments) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(file, error);
    std::string best;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string directory;
        for (const std::string_view prefix : {"-I", "-isystem", "-iquote"}) {
            if (arguments[i] == prefix && i + 1 < arguments.size())
                directory = arguments[i + 1];
            else if (arguments[i].starts_with(prefix) && arguments[i].size() > prefix.size() &&
                     directory.empty())
                directory = arguments[i].substr(prefix.size());
        }
        if (directory.empty()) continue;
        const fs::path relative = path.lexically_relative(fs::weakly_canonical(directory, error));
        if (relative.empty() || relative.begin()->string() == "..") continue;
        if (best.empty() || relative.generic_string().size() < best.size())
            best = relative.generic_string();
    }
    return best.empty() ? path.filename().string() : best;
}

struct walker {
    context& in;
    const std::vector<std::string>& arguments;
    std::vector<std::pair<CXFile, bool>> interesting;  // files whose declarations may carry marks

    bool is_interesting(CXFile file) {
        if (file == nullptr) return false;
        for (const auto& [known, answer] : interesting)
            if (clang_File_isEqual(known, file) != 0) return answer;
        bool answer = clang_File_isEqual(file, in.header) != 0;
        if (!answer) {
            std::size_t size = 0;
            const char* contents = clang_getFileContents(in.unit, file, &size);
            const std::string_view view(contents != nullptr ? contents : "",
                                        contents != nullptr ? size : 0);
            answer =
                view.find("ROI_") != std::string_view::npos ||
                view.find("adapt<") != std::string_view::npos ||
                clang_Location_isInSystemHeader(clang_getLocationForOffset(in.unit, file, 0)) == 0;
        }
        interesting.emplace_back(file, answer);
        return answer;
    }

    bool in_header(CXCursor cursor) const {
        const CXFile file = file_of(cursor);
        return file != nullptr && clang_File_isEqual(file, in.header) != 0;
    }

    enum class step { adapters, errors, interfaces };

    void walk(CXCursor scope, step what) {
        each_child(scope, [&](CXCursor child) {
            const CXCursorKind kind = clang_getCursorKind(child);
            if (kind == CXCursor_Namespace) {
                // Members of a namespace can come from another file than its opening line.
                if (spelling(child) == "std" || !is_interesting(file_of(child))) return;
                walk(child, what);
            } else if (kind == CXCursor_LinkageSpec || kind == CXCursor_UnexposedDecl) {
                if (is_interesting(file_of(child))) walk(child, what);
            } else if (is_class(kind) || kind == CXCursor_ClassTemplate ||
                       kind == CXCursor_ClassTemplatePartialSpecialization) {
                if (is_interesting(file_of(child))) visit_class(child, what);
            } else if (what == step::interfaces && kind == CXCursor_FunctionDecl &&
                       in_header(child)) {
                report_meaningless(child, "a function");
            } else if (what == step::interfaces && kind == CXCursor_VarDecl && in_header(child)) {
                report_meaningless(child, "a variable");
            }
        });
    }

    void report_meaningless(CXCursor cursor, const char* what) {
        for (const model::mark& mark : read_marks(in, cursor))
            in.report(mark.where,
                      std::string("this mark stands on ") + what + ", where it means nothing",
                      "remove it, or make '" + spelling(cursor) + "' a method of a remote class");
    }

    void visit_class(CXCursor child, step what) {
        const CXCursorKind kind = clang_getCursorKind(child);
        if (kind == CXCursor_ClassTemplatePartialSpecialization) {
            if (what == step::adapters && spelling(child).starts_with("adapt") &&
                qualified_name(scope_of(child)) == "roi")
                in.partial_adapters = true;
            return;
        }
        if (what == step::adapters) {
            visit_adapter(child);
            return;
        }
        if (what == step::errors) {
            if (kind == CXCursor_ClassTemplate || clang_isCursorDefinition(child) == 0) return;
            visit_error(child);
            return;
        }
        if (!in_header(child)) return;
        visit_interface(child);
    }

    /// Answers to the questions that the pass before asked, by position in `asked`.
    void read_answers(CXCursor root, const std::vector<std::string>& adapters,
                      const std::vector<std::string>& bases) {
        if (adapters.empty() && bases.empty()) return;
        each_child(root, [&](CXCursor child) {
            if (clang_getCursorKind(child) != CXCursor_TypedefDecl) return;
            if (location_of(child).file != wrapper_name)
                return;  // a header may have such names too
            const std::string name = spelling(child);
            const CXType answer = clang_getCanonicalType(clang_getTypedefDeclUnderlyingType(child));
            const auto asked = [&name](std::string_view prefix,
                                       const std::vector<std::string>& all) {
                const std::string* found = nullptr;
                std::size_t index = 0;
                const char* end = name.data() + name.size();
                if (name.starts_with(prefix) &&
                    std::from_chars(name.data() + prefix.size(), end, index).ptr == end &&
                    index < all.size())
                    found = &all[index];
                return found;
            };
            if (const std::string* type = asked("roi_idlc_probe_", adapters);
                type != nullptr && answer.kind != CXType_Void)
                in.adapters.emplace(*type, answer);
            if (const std::string* base = asked("roi_idlc_base_", bases); base != nullptr)
                in.base_answers.emplace(*base, answer);
        });
    }

    void visit_adapter(CXCursor child) {
        if (spelling(child) != "adapt" || qualified_name(child) != "roi::adapt" ||
            clang_isCursorDefinition(child) == 0 ||
            clang_getCursorKind(child) == CXCursor_ClassTemplate)
            return;
        const CXType type = clang_getCursorType(child);
        const CXType foreign =
            clang_getCanonicalType(clang_Type_getTemplateArgumentAsType(type, 0));
        if (foreign.kind == CXType_Invalid) return;
        bool found = false;
        each_child(child, [&](CXCursor member) {
            const CXCursorKind kind = clang_getCursorKind(member);
            if ((kind == CXCursor_TypeAliasDecl || kind == CXCursor_TypedefDecl) &&
                spelling(member) == "wire") {
                in.adapters[cpp_name(foreign)] = clang_getTypedefDeclUnderlyingType(member);
                found = true;
            }
        });
        if (!found)
            in.report(location_of(child),
                      "roi::adapt<" + cpp_name(foreign) + "> does not say what it travels as",
                      "add 'using wire = ...;' with a type that can travel");
    }

    void visit_error(CXCursor child) {
        if (is_error_type(in, child)) {
            const CXType type = clang_getCanonicalType(clang_getCursorType(child));
            const std::string name = cpp_name(type);
            auto& known = in.file.error_types;
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                known.push_back(name);
                read_record(in, type, name);
                if (!is_nameable(child))
                    in.report(location_of(child),
                              "'" + name + "' is private or unnamed, so no client can catch it",
                              "declare it where it is public and named");
            }
        }
        each_child(child, [&](CXCursor member) {
            if (is_class(clang_getCursorKind(member)) && clang_isCursorDefinition(member) != 0)
                visit_error(member);
        });
    }

    void visit_interface(CXCursor child) {
        const bool defined = clang_isCursorDefinition(child) != 0;
        const model::marks marks = read_marks(in, child);
        const model::mark* remote = find_mark(marks, "remote");
        if (!defined) {
            for (const model::mark& mark : marks)
                in.report(mark.where,
                          "this mark stands on a forward declaration of '" + spelling(child) + "'",
                          "put it on the definition");
            return;
        }
        if (clang_getCursorKind(child) == CXCursor_ClassTemplate) {
            for (const model::mark& mark : marks)
                if (mark.name != "value" && mark.name != "error")
                    in.report(mark.where,
                              "'" + spelling(child) + "' is a class template, which has no client",
                              "derive a class from the instantiation that is meant, and mark that");
            return;
        }
        if (remote != nullptr && clang_getCursorKind(child) == CXCursor_UnionDecl) {
            in.report(remote->where, "'" + spelling(child) + "' is a union, which cannot be remote",
                      "make it a class");
            return;
        }
        if (remote != nullptr &&
            (!is_nameable(child) || is_scope(clang_getCursorKind(scope_of(child))))) {
            in.report(remote->where,
                      "'" + class_name(child) +
                          "' is nested or unnamed, so no client can be generated beside it",
                      "move it into a named namespace");
        } else if (remote != nullptr ||
                   (in.all_classes && is_nameable(child) && has_methods(child))) {
            in.file.interfaces.push_back(read_interface(in, child));
            return visit_nested(child);
        }
        report_stray_class_marks(child, marks, remote != nullptr);
        visit_nested(child);
    }

    void visit_nested(CXCursor child) {
        each_child(child, [&](CXCursor member) {
            const CXCursorKind kind = clang_getCursorKind(member);
            if (is_class(kind) || kind == CXCursor_ClassTemplate) visit_interface(member);
        });
    }

    static bool has_methods(CXCursor child) {
        bool found = false;
        each_child(child, [&](CXCursor member) {
            if (clang_getCursorKind(member) == CXCursor_CXXMethod) {
                const CX_CXXAccessSpecifier access = clang_getCXXAccessSpecifier(member);
                found = found || (access != CX_CXXPrivate && access != CX_CXXProtected);
            }
        });
        return found;
    }

    /// A method's mark in a class that is not remote does nothing, which its author cannot see.
    void report_stray_class_marks(CXCursor child, const model::marks& marks, bool remote) {
        if (remote) return;
        for (const model::mark& mark : marks)
            if (mark.name != "value" && mark.name != "error" && mark.name != "remote")
                in.report(mark.where,
                          "this mark stands on '" + class_name(child) + "', which is not remote",
                          "add ROI_REMOTE(), or remove it");
        if (in.all_classes) return;
        each_child(child, [&](CXCursor member) {
            const CXCursorKind kind = clang_getCursorKind(member);
            if (kind != CXCursor_CXXMethod && kind != CXCursor_Constructor &&
                kind != CXCursor_FunctionTemplate)
                return;
            for (const model::mark& mark : read_marks(in, member))
                in.report(mark.where,
                          "this mark stands on a method of '" + class_name(child) +
                              "', which is not remote",
                          "mark the class ROI_REMOTE(), or remove it");
        });
    }
};

bool is_own_notice(const std::string& text) {
    return text.find(mark_notice) != std::string::npos;
}

/// What the author of an unknown `name` in the place of a macro most likely meant.
model::diagnostic undefined_macro(const model::location& where, const std::string& name) {
    constexpr std::array with_argument{"ROI_REMOTE",      "ROI_DEADLINE", "ROI_PROGRESS",
                                       "ROI_REPLY_LIMIT", "ROI_ID",       "ROI_SIZE",
                                       "ROI_ONE_OF"};
    const auto is = [&name](const char* mark) { return name == mark; };
    if (std::any_of(with_argument.begin(), with_argument.end(), is))
        return {model::severity::note, where, "'" + name + "' is a mark only with parentheses",
                "write " + name + "(...), and include <roi/annotations.hpp>"};
    if (name.starts_with("ROI_"))
        return {model::severity::note, where, "'" + name + "' is no mark here",
                "include <roi/annotations.hpp>, or correct the name"};
    return {model::severity::note, where, "'" + name + "' is no macro here",
            "define it (-D" + name + "=), or include the header that does"};
}

struct failure {
    model::location where;
    std::size_t next = 0;  // the diagnostic behind it and its notes
};

/// Where a line with a mark does not compile, the mark itself may be the reason.
void explain_marks(result& into, const std::vector<failure>& failed,
                   const std::vector<model::location>& marks) {
    std::set<std::string> told;
    std::size_t added = 0;
    for (const auto& [error, next] : failed) {
        const model::location* nearest = nullptr;  // the last one before the error, else the first
        for (const model::location& mark : marks) {
            if (mark.file != error.file || mark.line != error.line) continue;
            if (nearest == nullptr || mark.column <= error.column) nearest = &mark;
        }
        if (nearest == nullptr ||
            !told.insert(error.file + ":" + std::to_string(error.line)).second)
            continue;
        const auto at = into.diagnostics.begin() + static_cast<std::ptrdiff_t>(next + added++);
        into.diagnostics.insert(
            at, {model::severity::note, *nearest, "this mark may stand where it cannot",
                 "put it first in the declaration, behind 'template<...>' and [[attributes]]; for "
                 "a class or struct behind the keyword, for an enumerator behind its name; a time "
                 "is text, as in \"500ms\""});
    }
}

/// Clang's own errors, word for word. Marks that were expanded come as notices; they are kept
/// apart.
void read_diagnostics(CXTranslationUnit unit, result& into,
                      std::vector<model::location>& expanded) {
    const unsigned count = clang_getNumDiagnostics(unit);
    std::vector<failure> failed;
    for (unsigned i = 0; i < count; ++i) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
        const CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(diagnostic);
        const std::string message = text(clang_getDiagnosticSpelling(diagnostic));
        const model::location where = location_of(clang_getDiagnosticLocation(diagnostic));
        if (severity == CXDiagnostic_Warning && is_own_notice(message)) {
            expanded.push_back(where);
        } else if (severity >= CXDiagnostic_Error) {
            into.failed = true;
            into.diagnostics.push_back({model::severity::error, where, message, {}});
            CXDiagnosticSet children = clang_getChildDiagnostics(diagnostic);
            for (unsigned k = 0; k < clang_getNumDiagnosticsInSet(children); ++k) {
                CXDiagnostic child = clang_getDiagnosticInSet(children, k);
                model::location place = location_of(clang_getDiagnosticLocation(child));
                if (place.file == wrapper_name)
                    place = {};  // "in file included from" our main file
                const bool own = place.file.ends_with("roi/annotations.hpp");  // marks' insides
                if (!place.file.empty() && !own)
                    into.diagnostics.push_back({model::severity::note,
                                                std::move(place),
                                                text(clang_getDiagnosticSpelling(child)),
                                                {}});
                clang_disposeDiagnostic(child);
            }
            // `class FOO_API X {` with FOO_API undefined reads as a variable of type class FOO_API.
            bool explained = false;
            const std::string_view sign = "variable has incomplete type 'class ";
            const std::string_view other_sign = "unknown type name 'ROI_";
            for (const std::string_view text : {sign, other_sign})
                if (const auto at = message.find(text); at != std::string::npos) {
                    const auto begin = message.find('\'', at) + 1;
                    std::string name = message.substr(begin);
                    if (name.starts_with("class ")) name.erase(0, 6);
                    into.diagnostics.push_back(
                        undefined_macro(where, name.substr(0, name.find('\''))));
                    explained = true;
                }
            if (message.find(".roi.hpp' file not found") != std::string::npos) {
                into.diagnostics.push_back(
                    {model::severity::note, where, "this file is made by idlc, from its own header",
                     "generate that header first: name it in a roi_generate() of this target, or "
                     "of one that this target links"});
                explained = true;
            }
            if (!explained) failed.push_back({where, into.diagnostics.size()});
        }
        clang_disposeDiagnostic(diagnostic);
    }
    explain_marks(into, failed, expanded);
}

void collect_includes(CXTranslationUnit unit, model::file& file) {
    clang_getInclusions(
        unit,
        [](CXFile included, CXSourceLocation*, unsigned depth, CXClientData data) {
            if (depth == 0) return;
            static_cast<model::file*>(data)->included_files.push_back(
                text(clang_getFileName(included)));
        },
        &file);
    std::sort(file.included_files.begin(), file.included_files.end());
    file.included_files.erase(std::unique(file.included_files.begin(), file.included_files.end()),
                              file.included_files.end());
}

void add_stub_includes(model::file& file, const std::vector<std::string>& arguments) {
    std::vector<model::interface*> all;
    for (model::interface& interface : file.interfaces)
        all.push_back(&interface);
    for (model::interface& interface : file.foreign_bases)
        all.push_back(&interface);
    for (model::interface* interface : all)
        for (auto& base : interface->base_uses) {
            std::error_code error;
            if (fs::equivalent(base.header, file.path, error)) {
                base.header.clear();
                continue;
            }
            std::string stub = include_name(base.header, arguments);
            stub = fs::path(stub).replace_extension(".roi.hpp").generic_string();
            base.header = stub;
            if (std::find(file.stub_includes.begin(), file.stub_includes.end(), stub) ==
                file.stub_includes.end())
                file.stub_includes.push_back(stub);
        }
}

}  // namespace

std::string clang_version() {
    const std::string whole = text(clang_getClangVersion());
    const auto at = whole.find("version ");
    if (at == std::string::npos) return whole;
    const std::string version = whole.substr(at + 8);
    return version.substr(0, version.find_first_not_of("0123456789."));
}

result run(const request& what) {
    const auto begin = std::chrono::steady_clock::now();
    const auto since = [](std::chrono::steady_clock::time_point start) {
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start);
    };
    result answer;
    prepared ready = prepare(what);
    answer.diagnostics = ready.problems;
    answer.bad_usage = !ready.usable;
    if (!ready.usable) return answer;

    const std::string include =
        "#include " + quoted(fs::absolute(what.header).lexically_normal().string()) + "\n";
    std::string completions;
    std::set<std::string> completed;
    std::vector<std::string> probed;
    std::vector<std::string> asked_bases;
    const std::vector<model::diagnostic> before = answer.diagnostics;
    model::file last_good;
    clang_index index(clang_createIndex(0, 0));
    for (int pass = 1; pass <= (what.all_classes ? 2 : most_passes); ++pass) {
        const auto start = std::chrono::steady_clock::now();
        clang_unit unit;
        const CXErrorCode code =
            parse_unit(index.get(), ready.arguments, include + completions,
                       CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_KeepGoing, unit);
        answer.timing.clang += since(start);
        answer.timing.passes = pass;
        if (code != CXError_Success || !unit) {
            answer.failed = true;
            answer.diagnostics.push_back(
                {model::severity::error,
                 {what.header, 0, 0},
                 code == CXError_Crashed ? "libclang ran out of memory on this header, or failed"
                                         : "libclang does not take these compiler flags",
                 {}});
            break;
        }
        result one;
        one.timing = answer.timing;
        one.diagnostics = before;
        one.file.path = what.header;
        one.file.include_as =
            what.include_as.empty() ? include_name(what.header, ready.arguments) : what.include_as;
        std::vector<model::location> expanded;
        read_diagnostics(unit.get(), one, expanded);
        collect_includes(unit.get(), one.file);
        if (one.failed) {
            // A completion that does not compile is not the user's error: go on with what there is.
            if (pass > 1) break;
            answer = std::move(one);
            break;
        }
        context in{unit.get(),
                   clang_getFile(unit.get(), fs::absolute(what.header).lexically_normal().c_str()),
                   one.file, one.diagnostics, what.all_classes};
        walker walk{in, ready.arguments, {}};
        const CXCursor root = clang_getTranslationUnitCursor(unit.get());
        walk.walk(root, walker::step::adapters);
        walk.read_answers(root, probed, asked_bases);
        walk.walk(root, walker::step::errors);
        walk.walk(root, walker::step::interfaces);
        read_foreign_bases(in);
        report_lost_marks(in, expanded);
        add_stub_includes(one.file, ready.arguments);
        answer = std::move(one);

        std::string more;
        for (const std::string& name : in.incomplete)
            if (completed.insert(name).second)
                more += "static_assert(sizeof(::" + name + ") > 0);\n";
        if (probed.empty() && !in.probes.empty()) more += probe_text;
        for (const std::string& name : in.probes)
            if (std::find(probed.begin(), probed.end(), name) == probed.end()) {
                more += "typedef roi_idlc_probe< ::" + name + ">::type roi_idlc_probe_" +
                        std::to_string(probed.size()) + ";\n";
                probed.push_back(name);
            }
        for (const auto& [base, question] : in.base_questions)
            if (std::find(asked_bases.begin(), asked_bases.end(), base) == asked_bases.end()) {
                std::string lines = question;
                for (std::size_t at; (at = lines.find('@')) != std::string::npos;)
                    lines.replace(at, 1, std::to_string(asked_bases.size()));
                more += lines;
                asked_bases.push_back(base);
            }
        if (more.empty()) break;
        completions += more;
    }
    answer.timing.total = since(begin);
    return answer;
}

std::chrono::microseconds bare_parse(const request& what, bodies how) {
    const prepared ready = prepare(what);
    const std::string include =
        "#include " + quoted(fs::absolute(what.header).lexically_normal().string()) + "\n";
    const auto begin = std::chrono::steady_clock::now();
    {
        clang_index index(clang_createIndex(0, 0));
        clang_unit unit;
        parse_unit(
            index.get(), ready.arguments, include,
            how == bodies::skipped ? CXTranslationUnit_SkipFunctionBodies : CXTranslationUnit_None,
            unit);
    }
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
}

}  // namespace idlc::parse
