// What all readers of one translation unit share.
#pragma once

#include "model/model.hpp"
#include "parse/clang.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idlc::parse {

struct context {
    CXTranslationUnit unit = nullptr;
    CXFile header = nullptr;
    model::file& file;
    std::vector<model::diagnostic>& diagnostics;
    bool all_classes = false;

    /// Class template instantiations that nothing has completed; a further pass does.
    std::set<std::string> incomplete = {};
    /// Partial specialisations of roi::adapt exist; classes that one of them may fit.
    bool partial_adapters = false;
    std::set<std::string> probes = {};
    /// Bases of instantiations that depend on a template's arguments, by place: what the compiler
    /// is asked in a further pass, where '@' stands for the question's number, and what it
    /// answered.
    std::map<std::string, std::string> base_questions = {};
    std::map<std::string, CXType> base_answers = {};
    /// Canonical spelling of T in each roi::adapt<T> -> the type it travels as.
    std::map<std::string, CXType> adapters = {};
    /// Classes by qualified name, for the text in ROI_ONE_OF; filled on first use.
    std::map<std::string, CXCursor> classes = {};
    bool classes_known = false;
    /// Where annotations were seen, to find the marks that clang dropped: "file:line:column".
    std::set<std::string> seen_marks = {};
    /// Marked bases that were met: those of other headers are read whole.
    std::map<std::string, CXCursor> base_classes = {};
    /// How many types stand around the one being read.
    int depth = 0;
    /// Adapters that are being followed, to end a cycle of them.
    std::set<std::string> open_adapters = {};

    void report(model::location where, std::string what, std::string advice = {},
                model::severity level = model::severity::error) {
        diagnostics.push_back({level, std::move(where), std::move(what), std::move(advice)});
    }
};

std::string position(const model::location& where);

// marks.cpp
/// The ROI_ marks of a declaration; those inherited from an earlier declaration are left out.
model::marks read_marks(context& in, CXCursor declaration);
const model::mark* find_mark(const model::marks& marks, std::string_view name);
/// Marks that the preprocessor met and no declaration carries: a diagnostic for each.
void report_lost_marks(context& in, const std::vector<model::location>& expanded);
/// "500ms", "5s", "2min", "1h" in microseconds; nothing where it is none.
std::optional<std::int64_t> read_duration(std::string_view written);
std::optional<std::uint64_t> read_number(std::string_view written);

// source_text.cpp
std::string read_doc(CXCursor declaration);
struct default_argument {
    std::string text;
    bool usable = true;
};
/// The default argument of a parameter, each name in it qualified.
default_argument read_default(context& in, CXCursor parameter);

/// Source text of a declaration or a part of one; empty where a macro made it.
std::string source_of(context& in, CXCursor cursor);

// names.cpp
/// As generated code must write the type, aliases resolved.
std::string cpp_name(CXType type);
/// As a careful author would write it in any scope: aliases kept, names qualified.
std::string qualified_type(CXType type);
std::string class_name(CXCursor declaration);  // for a class that is no instantiation

// types.cpp
model::type read_type(context& in, CXType type, const model::marks& marks = {});

/// Says why a type cannot travel, and what to write instead. Returns it.
model::type& refuse(model::type& type, std::string reason, std::string advice);
bool derives_from(CXCursor declaration, const std::string& base, int depth = 0);

// standard_types.cpp
/// Reads a type of the standard library, called `name`; false where it is none.
bool standard_type(context& in, CXType written, CXType canonical, CXCursor declaration,
                   const std::string& name, model::type& type);

// one_of.cpp
void read_one_of(context& in, const model::marks& marks, CXType around, model::type& type);

// records.cpp
/// Reads the record or enum behind `type` into the file's tables, once.
void read_record(context& in, CXType type, const std::string& name);
void read_enumeration(context& in, CXCursor declaration, const std::string& name);
bool is_error_type(context& in, CXCursor declaration);

// construction.cpp
/// Who makes or ends an object: anybody, or a class that derives from its class.
enum class maker { anybody, derived };
/// Without an argument? What cannot be known is taken for yes.
bool default_constructible(CXType type, maker by, int depth = 0);
/// Can `by` destroy objects of the class?
bool can_end(CXCursor declaration, maker by);
/// Does a virtual base need arguments, which the most derived class would have to give?
bool needs_argument_in_virtual_base(CXCursor declaration, int depth = 0);
/// What `using Base::Base` brings: nearest base first.
std::vector<CXCursor> inherited_constructors(CXCursor declaration, int depth = 0);

// classes.cpp
model::interface read_interface(context& in, CXCursor declaration);
/// Marked bases that other headers declare, into file::foreign_bases.
void read_foreign_bases(context& in);

}  // namespace idlc::parse
