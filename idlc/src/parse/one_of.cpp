// Reads ROI_ONE_OF: names in a text become the classes that they mean.
#include "parse/context.hpp"

namespace idlc::parse {
namespace {

void index_classes(context& in, CXCursor scope, const std::string& prefix, int depth) {
    if (depth > 16) return;
    each_child(scope, [&](CXCursor child) {
        const CXCursorKind kind = clang_getCursorKind(child);
        if (kind == CXCursor_Namespace || kind == CXCursor_LinkageSpec) {
            const std::string name = spelling(child);
            if (name == "std" || name.starts_with("__")) return;
            const bool transparent =
                kind == CXCursor_LinkageSpec || clang_Cursor_isInlineNamespace(child) != 0;
            index_classes(in, child, transparent ? prefix : prefix + name + "::", depth + 1);
        } else if (is_class(kind) && clang_isCursorDefinition(child) != 0) {
            const std::string name = prefix + spelling(child);
            in.classes.emplace(name, child);
            index_classes(in, child, name + "::", depth + 1);
        } else if (kind == CXCursor_TypedefDecl || kind == CXCursor_TypeAliasDecl) {
            const CXCursor named = clang_getTypeDeclaration(
                clang_getCanonicalType(clang_getTypedefDeclUnderlyingType(child)));
            if (is_class(clang_getCursorKind(named)))
                in.classes.emplace(prefix + spelling(child), named);
        }
    });
}

}  // namespace

void read_one_of(context& in, const model::marks& marks, CXType around, model::type& type) {
    const model::mark& mark = *find_mark(marks, "one_of");
    if (!in.classes_known) {
        in.classes_known = true;
        index_classes(in, clang_getTranslationUnitCursor(in.unit), "", 0);
    }
    CXType base = around.kind == CXType_Pointer ? clang_getPointeeType(around) : around;
    if (clang_Type_getNumTemplateArguments(base) > 0 && in_std(clang_getTypeDeclaration(base)))
        base = clang_Type_getTemplateArgumentAsType(base, 0);
    std::string scope = qualified_name(clang_getTypeDeclaration(base));

    std::string rest = mark.argument + ",";
    for (std::size_t comma; (comma = rest.find(',')) != std::string::npos;
         rest.erase(0, comma + 1)) {
        std::string name = rest.substr(0, comma);
        std::erase(name, ' ');
        if (name.starts_with("::")) name.erase(0, 2);
        if (name.empty()) continue;
        // From the base's scope outward, as its neighbour would look the name up.
        auto found = in.classes.end();
        for (std::string at = scope;;) {
            found = in.classes.find(at.empty() ? name : at + "::" + name);
            if (found != in.classes.end() || at.empty()) break;
            const auto cut = at.rfind("::");
            at = cut == std::string::npos ? std::string() : at.substr(0, cut);
        }
        if (found == in.classes.end()) {
            in.report(mark.where, "ROI_ONE_OF names '" + name + "', which is no class known here",
                      "write its qualified name, and include its header");
            continue;
        }
        model::type member = read_type(in, clang_getCursorType(found->second));
        if (member.name != type.name &&
            !derives_from(found->second, qualified_name(clang_getTypeDeclaration(base))) &&
            !same(clang_getCanonicalCursor(found->second),
                  clang_getCanonicalCursor(clang_getTypeDeclaration(base))))
            in.report(mark.where,
                      "ROI_ONE_OF names '" + name + "', which does not derive from '" + scope + "'",
                      "leave it out, or derive it");
        type.one_of.push_back(std::move(member));
    }
}

}  // namespace idlc::parse
