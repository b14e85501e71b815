// Reads structs, classes and enums that travel by value.
#include "parse/context.hpp"

#include <algorithm>

namespace idlc::parse {
namespace {

std::string wire_name(std::string name) {
    for (std::size_t at; (at = name.find("::")) != std::string::npos;)
        name.replace(at, 2, ".");
    return name;
}

bool is_hidden(CXCursor member) {
    const CX_CXXAccessSpecifier access = clang_getCXXAccessSpecifier(member);
    return access == CX_CXXPrivate || access == CX_CXXProtected;
}

bool is_deleted(CXCursor function) {
    return clang_getCursorAvailability(function) == CXAvailability_NotAvailable;
}

bool takes_no_argument(CXCursor constructor) {
    bool none = true;
    each_child(constructor, [&](CXCursor child) {
        if (clang_getCursorKind(child) != CXCursor_ParmDecl) return;
        bool defaulted = false;
        each_child(child, [&](CXCursor part) {
            defaulted = defaulted || clang_isExpression(clang_getCursorKind(part)) != 0;
        });
        none = none && defaulted;
    });
    return none;
}

struct record_reader {
    context& in;
    model::record& record;
    CXCursor pattern;  // whose members are read: the template, for an implicit instantiation

    /// Constructors and virtual methods decide how a decoded value is made.
    void read_members() {
        bool declares_constructor = false;
        bool has_default = false;
        bool has_virtual = false;
        each_child(pattern, [&](CXCursor child) {
            switch (clang_getCursorKind(child)) {
                case CXCursor_Constructor:
                    declares_constructor = true;
                    if (takes_no_argument(child) && !is_hidden(child) && !is_deleted(child))
                        has_default = true;
                    break;
                case CXCursor_CXXMethod:
                case CXCursor_Destructor:
                    has_virtual = has_virtual || clang_CXXMethod_isVirtual(child) != 0;
                    break;
                case CXCursor_FunctionTemplate:
                    if (spelling(child).starts_with(
                            spelling(pattern).substr(0, spelling(pattern).find('<'))))
                        declares_constructor = true;
                    break;
                case CXCursor_CXXBaseSpecifier:
                    read_base(child);
                    break;
                default:
                    break;
            }
        });
        record.is_polymorphic = record.is_polymorphic || has_virtual;
        record.default_constructible =
            record.default_constructible && (!declares_constructor || has_default);
        record.is_aggregate =
            !declares_constructor && !record.is_polymorphic && record.error_bases.empty();
    }

    /// The base that a template's base becomes for this record's arguments. libclang does not say:
    /// a template with the same parameters, beside the first, is asked in a further pass.
    CXType instantiated_base(CXCursor specifier, CXType dependent) {
        const std::string place = record.name + " " + position(location_of(specifier));
        const auto answer = in.base_answers.find(place);
        if (answer != in.base_answers.end()) return answer->second;
        if (clang_getCursorKind(pattern) != CXCursor_ClassTemplate) return dependent;
        std::string parameters;
        bool readable = true;
        each_child(pattern, [&](CXCursor child) {
            const CXCursorKind kind = clang_getCursorKind(child);
            if (kind != CXCursor_TemplateTypeParameter &&
                kind != CXCursor_NonTypeTemplateParameter &&
                kind != CXCursor_TemplateTemplateParameter)
                return;
            std::string one = source_of(in, child);
            one.erase(std::min(one.find('='), one.size()));
            readable = readable && !one.empty();
            parameters += (parameters.empty() ? "" : ", ") + one;
        });
        std::string base = source_of(in, specifier);
        for (bool again = true; again;) {
            again = false;
            for (const std::string_view word : {"public ", "protected ", "private ", "virtual "})
                if (base.starts_with(word)) {
                    base.erase(0, word.size());
                    again = true;
                }
        }
        const auto open = record.name.find('<');
        std::string opened;
        std::string closed;
        std::string around;
        for (CXCursor at = scope_of(pattern); !is_null(at); at = scope_of(at)) {
            if (clang_isTranslationUnit(clang_getCursorKind(at)) != 0) break;
            if (clang_getCursorKind(at) != CXCursor_Namespace) return dependent;
            const bool is_inline = clang_Cursor_isInlineNamespace(at) != 0;
            opened =
                (is_inline ? "inline namespace " : "namespace ") + spelling(at) + " { " + opened;
            around = spelling(at) + "::" + around;
            closed += " }";
        }
        if (!readable || parameters.empty() || base.empty() || open == std::string::npos ||
            (base + parameters).find('@') != std::string::npos)
            return dependent;
        in.base_questions[place] = opened + "template <" + parameters +
                                   "> struct roi_idlc_ask_@ { typedef " + base + " type; };" +
                                   closed + "\ntypedef ::" + around + "roi_idlc_ask_@" +
                                   record.name.substr(open) + "::type roi_idlc_base_@;\n";
        return dependent;
    }

    void read_base(CXCursor specifier) {
        CXType type = clang_getCanonicalType(clang_getCursorType(specifier));
        if (type.kind != CXType_Record) type = instantiated_base(specifier, type);
        const CXCursor declaration = clang_getTypeDeclaration(type);
        const std::string name = qualified_name(declaration);
        const bool is_public = clang_getCXXAccessSpecifier(specifier) == CX_CXXPublic;
        if (in_std(declaration)) {
            model::type base;
            base.what = model::kind::unsupported;
            base.cpp = base.name = base.written = base.qualified = cpp_name(type);
            if (!is_exception(declaration) && name != "std::enable_shared_from_this") {
                base.reason = "is a class of the standard library, whose fields are not known";
                base.advice = "hold it as a field";
            }
            record.bases.push_back(std::move(base));
            add_error_bases(declaration);
            record.is_polymorphic = true;
            return;
        }
        if (type.kind != CXType_Record) {
            model::type base;
            base.what = model::kind::unsupported;
            base.cpp = base.name = base.written = base.qualified = spelling(type);
            base.reason = "depends on a template argument";
            base.advice = "specialise roi::adapt<" + record.cpp + ">";
            record.bases.push_back(std::move(base));
            return;
        }
        model::type base = read_type(in, type);
        if (const auto known = in.file.records.find(base.name); known != in.file.records.end()) {
            record.is_polymorphic = record.is_polymorphic || known->second.is_polymorphic;
            record.default_constructible =
                record.default_constructible && known->second.default_constructible;
            if (known->second.is_error) record.error_bases.push_back(wire_name(base.name));
            for (const std::string& further : known->second.error_bases)
                record.error_bases.push_back(further);
            if (!is_public && !known->second.fields.empty() && base.reason.empty() &&
                !record.is_value) {
                base.reason = "is a private base";
                base.advice = "derive publicly";
            }
            if (!is_public && known->second.fields.empty() && known->second.bases.empty()) return;
        }
        record.bases.push_back(std::move(base));
    }

    static bool is_exception(CXCursor declaration) {
        if (qualified_name(declaration) == "std::exception") return true;
        bool found = false;
        each_child(clang_getCursorDefinition(declaration), [&](CXCursor child) {
            if (clang_getCursorKind(child) == CXCursor_CXXBaseSpecifier)
                found = found || is_exception(clang_getTypeDeclaration(
                                     clang_getCanonicalType(clang_getCursorType(child))));
        });
        return found;
    }

    void add_error_bases(CXCursor declaration) {
        if (!is_exception(declaration)) return;
        record.error_bases.push_back(wire_name(qualified_name(declaration)));
        each_child(clang_getCursorDefinition(declaration), [&](CXCursor child) {
            if (clang_getCursorKind(child) == CXCursor_CXXBaseSpecifier)
                add_error_bases(
                    clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(child))));
        });
    }

    /// Fields of `type`, those of unnamed members included: `name` and `path` lead to them.
    void read_fields(CXType type, const std::string& name_prefix, const std::string& path,
                     bool hidden, int depth) {
        each_field(type, [&](CXCursor field) {
            const std::string name = spelling(field);
            const CXType field_type = clang_getCursorType(field);
            const CXType canonical = clang_getCanonicalType(field_type);
            const CXCursor declaration = clang_getTypeDeclaration(canonical);
            const bool is_private = hidden || is_hidden(field);
            const bool unnamed_field = name.empty() || name.find('(') != std::string::npos;
            const bool unnamed_type = canonical.kind == CXType_Record && is_unnamed(declaration);
            if (unnamed_field && canonical.kind != CXType_Record) return;  // padding in bit-fields
            if (unnamed_type && clang_getCursorKind(declaration) != CXCursor_UnionDecl &&
                depth < 8) {
                const std::string prefix = unnamed_field ? name_prefix : name_prefix + name + "_";
                const std::string inner = unnamed_field ? path : path + name + ".";
                read_fields(canonical, prefix, inner, is_private, depth + 1);
                return;
            }
            model::field result;
            result.name = unnamed_field ? "(unnamed)" : name_prefix + name;
            result.access_path = path + name;
            result.is_private = is_private;
            if (clang_Cursor_isBitField(field) != 0)
                result.bit_width = clang_getFieldDeclBitWidth(field);
            result.where = location_of(field);
            result.marks = read_marks(in, field);
            if (const model::mark* id = find_mark(result.marks, "id")) {
                const auto number = read_number(id->argument);
                if (number && *number > 0 && *number < (1u << 29)) {
                    result.number = static_cast<unsigned>(*number);
                } else {
                    in.report(id->where,
                              "the number of field '" + result.name + "' is not in 1 to 536870911",
                              "write it as a decimal literal");
                }
            }
            result.doc = read_doc(field);
            if (unnamed_type) {  // a union
                result.type.what = model::kind::unsupported;
                result.type.written = "union";
                result.type.cpp = result.type.qualified = "union";
                result.type.reason = "is a union, which does not say what it holds";
                result.type.advice = "take std::variant";
            } else {
                result.type = read_type(in, field_type, result.marks);
                const CXTypeKind kind =
                    field_type.kind == CXType_Elaborated || field_type.kind == CXType_Typedef
                        ? canonical.kind
                        : field_type.kind;
                if (kind == CXType_LValueReference || kind == CXType_RValueReference) {
                    result.type.what = model::kind::unsupported;
                    result.type.reason = "is a reference, which cannot be made from what arrives";
                    result.type.advice = "hold the value, or std::shared_ptr<T>";
                    record.default_constructible = false;
                } else if (clang_isConstQualifiedType(canonical) != 0 &&
                           result.type.reason.empty()) {
                    result.type.reason = "is const, so what arrives cannot be stored in it";
                    result.type.advice =
                        "make it non-const; private under ROI_VALUE it stays out of others' hands";
                }
            }
            if (result.type.what == model::kind::record) {
                const auto inner = in.file.records.find(result.type.name);
                if (inner != in.file.records.end() && !inner->second.default_constructible &&
                    !inner->second.is_aggregate)
                    record.default_constructible = false;
            }
            record.fields.push_back(std::move(result));
        });
    }
};

}  // namespace

bool is_error_type(context& in, CXCursor declaration) {
    return find_mark(read_marks(in, declaration), "error") != nullptr;
}

void read_record(context& in, CXType type, const std::string& name) {
    if (in.file.records.contains(name)) return;
    // Known while its own fields are read, so that recursive types end.
    in.file.records[name].name = name;
    model::record record;
    record.name = name;
    record.cpp = name;
    const CXCursor declaration = clang_getTypeDeclaration(type);
    CXCursor definition = clang_getCursorDefinition(declaration);
    // Members of an implicit instantiation are those of its template; explicit ones have their own.
    CXCursor pattern = definition;
    if (clang_Type_getNumTemplateArguments(type) >= 0) {
        bool has_children = false;
        each_child(declaration, [&](CXCursor child) {
            const CXCursorKind kind = clang_getCursorKind(child);
            has_children = has_children || kind == CXCursor_FieldDecl ||
                           kind == CXCursor_Constructor || kind == CXCursor_CXXMethod ||
                           kind == CXCursor_CXXBaseSpecifier;
        });
        const CXCursor specialised = clang_getSpecializedCursorTemplate(declaration);
        if (!has_children && !is_null(specialised)) {
            pattern = clang_getCursorDefinition(specialised);
            if (is_null(pattern)) pattern = specialised;
        }
    }
    record.where = location_of(pattern);
    record.doc = read_doc(pattern);
    record.marks = read_marks(in, pattern);
    record.is_error = find_mark(record.marks, "error") != nullptr;
    record.is_value = find_mark(record.marks, "value") != nullptr;
    record.is_abstract = !is_null(definition) && clang_CXXRecord_isAbstract(definition) != 0;
    each_child(pattern, [&record](CXCursor child) {
        record.is_final = record.is_final || clang_getCursorKind(child) == CXCursor_CXXFinalAttr;
    });
    record.is_union = clang_getCursorKind(declaration) == CXCursor_UnionDecl;

    record_reader reader{in, record, pattern};
    reader.read_members();
    reader.read_fields(type, "", "", false, 0);
    const bool hidden = std::any_of(record.fields.begin(), record.fields.end(),
                                    [](const model::field& field) { return field.is_private; });
    record.is_aggregate = record.is_aggregate && !hidden;
    in.file.records[name] = std::move(record);
    in.file.record_order.push_back(name);
}

void read_enumeration(context& in, CXCursor declaration, const std::string& name) {
    if (in.file.enums.contains(name)) return;
    const CXCursor definition = clang_getCursorDefinition(declaration);
    const CXCursor source = is_null(definition) ? declaration : definition;
    model::enumeration result;
    result.name = name;
    result.scoped = clang_EnumDecl_isScoped(source) != 0;
    const CXType underlying = clang_getCanonicalType(clang_getEnumDeclIntegerType(source));
    result.bits = static_cast<int>(clang_Type_getSizeOf(underlying) * 8);
    switch (underlying.kind) {
        case CXType_Bool:
        case CXType_Char_U:
        case CXType_UChar:
        case CXType_UShort:
        case CXType_UInt:
        case CXType_ULong:
        case CXType_ULongLong:
        case CXType_Char16:
        case CXType_Char32:
            result.is_signed = false;
            break;
        default:
            result.is_signed = true;
    }
    result.doc = read_doc(source);
    result.where = location_of(source);
    each_child(source, [&](CXCursor child) {
        if (clang_getCursorKind(child) != CXCursor_EnumConstantDecl) return;
        model::enumerator value;
        value.name = spelling(child);
        value.value = clang_getEnumConstantDeclValue(child);
        value.unsigned_value = clang_getEnumConstantDeclUnsignedValue(child);
        value.doc = read_doc(child);
        value.marks = read_marks(in, child);
        value.where = location_of(child);
        result.values.push_back(std::move(value));
    });
    in.file.enums[name] = std::move(result);
}

}  // namespace idlc::parse
