// Reads a class with ROI_REMOTE: its methods, constructors and marks.
#include "parse/context.hpp"

#include <algorithm>

namespace idlc::parse {
namespace {

struct class_reader {
    context& in;
    model::interface& into;
    CXCursor declaration;
    std::vector<CXType> constructor_types = {};  // declared or inherited, canonical

    bool is_public(CXCursor member) const {
        const CX_CXXAccessSpecifier access = clang_getCXXAccessSpecifier(member);
        return access != CX_CXXPrivate && access != CX_CXXProtected;
    }

    static bool is_deleted(CXCursor function) {
        return clang_getCursorAvailability(function) == CXAvailability_NotAvailable;
    }

    static bool is_noexcept(CXCursor function) {
        switch (clang_getCursorExceptionSpecificationType(function)) {
            case CXCursor_ExceptionSpecificationKind_BasicNoexcept:
            case CXCursor_ExceptionSpecificationKind_DynamicNone:
            case CXCursor_ExceptionSpecificationKind_NoThrow:
                return true;
            case CXCursor_ExceptionSpecificationKind_ComputedNoexcept: {
                const std::string whole =
                    spelling(clang_getCanonicalType(clang_getCursorType(function)));
                return whole.ends_with("noexcept") || whole.ends_with("noexcept(true)");
            }
            default:
                return false;
        }
    }

    model::passing passing_of(CXType type) const {
        const CXType canonical = clang_getCanonicalType(type);
        switch (canonical.kind) {
            case CXType_RValueReference:
                return model::passing::rvalue_reference;
            case CXType_LValueReference:
                return clang_isConstQualifiedType(clang_getPointeeType(canonical)) != 0
                           ? model::passing::const_reference
                           : model::passing::mutable_reference;
            case CXType_Pointer:
            case CXType_ConstantArray:
            case CXType_IncompleteArray:
                return model::passing::pointer;
            default:
                return model::passing::value;
        }
    }

    /// A pointer that stands for a value itself, text or something adapted, is no pointer to one.
    static model::passing passed_as_value(const model::type& type, model::passing how) {
        const bool text = type.what == model::kind::c_string ||
                          (type.what == model::kind::wide_string && type.cpp.ends_with("*"));
        if (how == model::passing::pointer && (text || type.what == model::kind::adapted))
            return model::passing::value;
        if (how == model::passing::const_reference && text) return model::passing::value;
        return how;
    }

    /// `const wchar_t*` and the like, as parameter or result: text up to its null, as const char*.
    static void read_wide_text(model::type& type, const model::marks& marks) {
        const bool read_only = type.reason.empty() && find_mark(marks, "in") != nullptr &&
                               find_mark(marks, "size") == nullptr;
        if (type.what != model::kind::pointer || !type.cpp.starts_with("const ") ||
            !(read_only || type.reason == "is a raw pointer"))
            return;
        const std::string& character = type.arguments[0].cpp;
        const char* owner = character == "wchar_t"    ? "std::wstring"
                            : character == "char8_t"  ? "std::u8string"
                            : character == "char16_t" ? "std::u16string"
                            : character == "char32_t" ? "std::u32string"
                                                      : nullptr;
        if (owner == nullptr) return;
        const model::type element = type.arguments[0];
        type.what = model::kind::wide_string;
        type.container = owner;
        type.bits = element.bits;
        type.reason.clear();
        type.arguments.clear();
    }

    void read_flow(model::parameter& parameter) {
        using flow = model::parameter::direction;
        if (parameter.how == model::passing::mutable_reference) parameter.flow = flow::inout;
        if (find_mark(parameter.marks, "in") != nullptr) parameter.flow = flow::in;
        if (find_mark(parameter.marks, "out") != nullptr) parameter.flow = flow::out;
        if (find_mark(parameter.marks, "inout") != nullptr) parameter.flow = flow::inout;
        if (const model::mark* size = find_mark(parameter.marks, "size"))
            parameter.size_parameter = size->argument;
        if (const model::mark* id = find_mark(parameter.marks, "id")) {
            const auto number = read_number(id->argument);
            if (number && *number > 0 && *number < (1u << 29))
                parameter.number = static_cast<unsigned>(*number);
            else
                in.report(
                    id->where,
                    "the number of parameter '" + parameter.name + "' is not in 1 to 536870911",
                    "write it as a decimal literal");
        }
    }

    model::parameter read_parameter(CXCursor cursor) {
        model::parameter result;
        result.name = spelling(cursor);
        result.where = location_of(cursor);
        result.marks = read_marks(in, cursor);
        const CXType type = clang_getCursorType(cursor);
        result.written = spelling(type);
        result.how = passing_of(type);
        result.type = read_type(in, type, result.marks);
        read_wide_text(result.type, result.marks);
        result.how = passed_as_value(result.type, result.how);
        const bool is_array = clang_getCanonicalType(type).kind == CXType_ConstantArray ||
                              clang_getCanonicalType(type).kind == CXType_IncompleteArray;
        if (is_array) read_array(result, clang_getCanonicalType(type));
        refuse_array(result.type);
        read_flow(result);
        default_argument text = read_default(in, cursor);
        result.default_text = std::move(text.text);
        result.default_usable = text.usable;
        return result;
    }

    /// "std::array<std::array<char, 3>, 2>" for char[2][3].
    static std::string standard_array(const model::type& element, std::uint64_t extent) {
        const bool nested = element.what == model::kind::fixed_array && element.container == "[]" &&
                            !element.arguments.empty();
        return "std::array<" +
               (nested ? standard_array(element.arguments[0], element.extent) : element.qualified) +
               ", " + std::to_string(extent) + ">";
    }

    /// What refers to an array has no name that a stub could repeat as it is.
    static void refuse_array(model::type& type) {
        model::type* array = &type;
        if (type.what == model::kind::pointer && !type.arguments.empty() && type.reason.empty() &&
            type.container != "[]")
            array = &type.arguments[0];
        if (array->what != model::kind::fixed_array || array->container != "[]") return;
        const std::string value = standard_array(array->arguments[0], array->extent);
        type.reason = "refers to a C array";
        type.advice = "take " + value + "&";
    }

    /// `int a[4]` is a pointer to the function, whatever its bound says.
    void read_array(model::parameter& parameter, CXType array) {
        model::type& type = parameter.type;
        const CXType element = clang_getArrayElementType(array);
        const model::type inner = read_type(in, element);
        const bool is_const = clang_isConstQualifiedType(element) != 0;
        const bool marked = find_mark(parameter.marks, "in") != nullptr ||
                            find_mark(parameter.marks, "out") != nullptr ||
                            find_mark(parameter.marks, "inout") != nullptr ||
                            find_mark(parameter.marks, "size") != nullptr;
        type.arguments.assign(1, inner);
        type.what = marked ? model::kind::pointer : model::kind::unsupported;
        type.reason.clear();
        type.advice.clear();
        if (!inner.reason.empty()) {
            type.reason = "points to '" + inner.qualified + "', which " + inner.reason;
            type.advice = inner.advice;
        } else if (!marked) {
            type.reason = "is a C array, which arrives as a pointer";
            const bool bounded = array.kind == CXType_ConstantArray;
            const std::string known = bounded ? standard_array(inner, type.extent) : std::string();
            type.advice = "take " +
                          (known.empty() ? "std::span<const " + inner.qualified + ">"
                                         : (is_const ? "const " + known + "&" : known + "&")) +
                          ", or mark it " + (is_const ? "ROI_IN" : "ROI_IN, ROI_OUT or ROI_INOUT") +
                          (bounded ? "" : " with ROI_SIZE(...)");
        }
        type.cpp = inner.cpp + "*";
        type.qualified = inner.qualified + "*";
    }

    static bool task_of(const std::string& name) {
        return name == "roi::task" || name == "boost::asio::awaitable" || name == "asio::awaitable";
    }

    void read_result(CXCursor cursor, model::method& method) {
        CXType type = clang_getCursorResultType(cursor);
        method.result_written = spelling(type);
        const CXType canonical = clang_getCanonicalType(type);
        if (canonical.kind == CXType_Record) {
            const CXCursor record = clang_getTypeDeclaration(canonical);
            const std::string name = qualified_name(record);
            if (task_of(name)) {
                method.is_task = true;
                method.task_template = name;
                CXType form = type;
                while (form.kind == CXType_Elaborated)
                    form = clang_Type_getNamedType(form);
                CXType inner = clang_Type_getTemplateArgumentAsType(form, 0);
                if (inner.kind == CXType_Invalid)
                    inner = clang_Type_getTemplateArgumentAsType(canonical, 0);
                type = inner;
            }
        }
        method.result_how = passing_of(type);
        if (method.self) {
            method.result.what = model::kind::self;
            method.result.cpp = method.result.qualified = into.name;
            method.result.written = method.result_written;
            return;
        }
        method.result = read_type(in, type, method.marks);
        read_wide_text(method.result, method.marks);
        refuse_array(method.result);
        method.result_how = passed_as_value(method.result, method.result_how);
    }

    void read_promises(model::method& method) {
        const auto marked = [&method](std::string_view name) {
            return find_mark(method.marks, name);
        };
        if (marked("at_least_once")) method.promise = model::semantics::at_least_once;
        if (marked("exactly_once")) method.promise = model::semantics::exactly_once;
        if (marked("durable_at_most_once")) method.promise = model::semantics::durable_at_most_once;
        method.oneway = marked("oneway") != nullptr;
        method.concurrent = marked("concurrent") != nullptr || into.concurrent;
        method.blocking = marked("blocking") != nullptr;
        method.self = marked("self") != nullptr;
        method.exported = marked("export") != nullptr;
        method.deadline_us = into.deadline_us;
        const auto duration = [&](const model::mark& mark, const char* spelled) {
            const auto value = read_duration(mark.argument);
            if (!value)
                in.report(mark.where,
                          std::string(spelled) + "(\"" + mark.argument + "\") is no duration",
                          "write a whole number and us, ms, s, min or h, as in \"500ms\"");
            return value;
        };
        if (const model::mark* mark = marked("deadline"))
            method.deadline_us = duration(*mark, "ROI_DEADLINE");
        if (const model::mark* mark = marked("progress"))
            method.progress_us = duration(*mark, "ROI_PROGRESS");
        if (const model::mark* mark = marked("reply_limit")) {
            const auto value = read_number(mark->argument);
            if (value && *value > 0 && *value <= (std::uint64_t{1} << 40))
                method.reply_limit = static_cast<std::int64_t>(*value);
            else
                in.report(mark->where,
                          "ROI_REPLY_LIMIT(" + mark->argument + ") is no number of bytes",
                          "write a decimal literal above zero");
        }
        if (const model::mark* mark = marked("id")) {
            method.id = read_number(mark->argument);
            if (!method.id || *method.id == 0) {
                method.id.reset();
                in.report(
                    mark->where,
                    "the id of '" + into.name + "::" + method.name + "' is no number above zero",
                    "write it as a literal");
            }
        }
    }

    void make_local(model::method& method, const char* why) {
        if (!method.is_remote) return;
        method.is_remote = false;
        method.local_because = why;
    }

    void read_method(CXCursor cursor, bool inherited) {
        model::method method;
        method.name = spelling(cursor);
        method.where = location_of(cursor);
        method.declared_in = class_name(scope_of(cursor));
        method.marks = read_marks(in, cursor);
        method.is_const = clang_CXXMethod_isConst(cursor) != 0;
        method.is_virtual = clang_CXXMethod_isVirtual(cursor) != 0;
        method.is_pure = clang_CXXMethod_isPureVirtual(cursor) != 0;
        method.is_static = clang_CXXMethod_isStatic(cursor) != 0;
        method.is_noexcept = is_noexcept(cursor);
        method.is_variadic = clang_Cursor_isVariadic(cursor) != 0;
        const CXType type = clang_getCursorType(cursor);
        switch (clang_Type_getCXXRefQualifier(type)) {
            case CXRefQualifier_LValue:
                method.ref_qualifier = model::method::ref::lvalue;
                break;
            case CXRefQualifier_RValue:
                method.ref_qualifier = model::method::ref::rvalue;
                break;
            default:
                break;
        }
        CXCursor* overridden = nullptr;
        unsigned overridden_count = 0;
        clang_getOverriddenCursors(cursor, &overridden, &overridden_count);
        method.overrides = overridden_count > 0;
        if (overridden != nullptr) clang_disposeOverriddenCursors(overridden);
        each_child(cursor, [&](CXCursor child) {
            const CXCursorKind kind = clang_getCursorKind(child);
            method.is_final = method.is_final || kind == CXCursor_CXXFinalAttr;
            method.is_nodiscard = method.is_nodiscard || kind == CXCursor_WarnUnusedResultAttr;
        });
        read_promises(method);
        method.doc = read_doc(cursor);

        if (method.name.starts_with("operator") &&
            (method.name.size() == 8 || !is_word(method.name[8])))
            make_local(method, "operator");
        if (find_mark(method.marks, "local") != nullptr) make_local(method, "ROI_LOCAL");
        if (method.is_static) make_local(method, "static");
        if (is_deleted(cursor)) make_local(method, "deleted");
        if (into.is_abstract && method.is_virtual && method.is_final)
            make_local(method, "final, so its client cannot replace it");
        if (inherited && !method.is_virtual) make_local(method, "inherited");
        if (spelling(type).find(") volatile") != std::string::npos ||
            spelling(type).find(") const volatile") != std::string::npos)
            make_local(method, "volatile");
        if (method.is_remote) {
            read_result(cursor, method);
            const int count = clang_Cursor_getNumArguments(cursor);
            for (int i = 0; i < count; ++i)
                method.parameters.push_back(
                    read_parameter(clang_Cursor_getArgument(cursor, static_cast<unsigned>(i))));
        } else {
            // The text is enough of what stays local; its types may be anything.
            method.result_written = spelling(clang_getCursorResultType(cursor));
            const int count = clang_Cursor_getNumArguments(cursor);
            for (int i = 0; i < count; ++i) {
                const CXCursor argument =
                    clang_Cursor_getArgument(cursor, static_cast<unsigned>(i));
                model::parameter parameter;
                parameter.name = spelling(argument);
                parameter.written = spelling(clang_getCursorType(argument));
                parameter.where = location_of(argument);
                parameter.marks = read_marks(in, argument);
                method.parameters.push_back(std::move(parameter));
            }
            if (method.name == "journal" &&
                method.result_written.find("journal") != std::string::npos)
                into.has_journal = true;
            if (method.name == "reload" && method.parameters.empty() && !method.is_static)
                into.has_reload = true;
        }
        into.methods.push_back(std::move(method));
    }

    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }

    /// The names alone of a type that stays in its process; references and outer const left out.
    static model::type local_type(CXType type) {
        model::type result;
        result.what = model::kind::unsupported;
        CXType plain = type;
        CXType canonical = clang_getCanonicalType(type);
        if (canonical.kind == CXType_LValueReference || canonical.kind == CXType_RValueReference) {
            plain = clang_getPointeeType(type.kind == canonical.kind ? type : canonical);
            canonical = clang_getCanonicalType(plain);
        }
        if (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray) {
            const CXType element = clang_getArrayElementType(canonical);
            result.cpp = cpp_name(element) + "*";
            result.qualified = qualified_type(element) + "*";
            return result;
        }
        result.cpp = cpp_name(plain);
        result.qualified = qualified_type(plain);
        for (std::string* name : {&result.cpp, &result.qualified}) {
            if (name->starts_with("const ") && canonical.kind != CXType_Pointer) name->erase(0, 6);
            if (name->ends_with("* const")) name->erase(name->size() - 6);
            // A declarator around the name: only an alias can stand before it.
            if (name->find("(*") != std::string::npos || name->find("::*") != std::string::npos)
                *name = "std::type_identity_t<" + *name + ">";
        }
        return result;
    }

    static bool is_nameable_type(CXType type) {
        CXType canonical = clang_getCanonicalType(type);
        while (canonical.kind == CXType_LValueReference ||
               canonical.kind == CXType_RValueReference || canonical.kind == CXType_Pointer)
            canonical = clang_getCanonicalType(clang_getPointeeType(canonical));
        if (canonical.kind != CXType_Record && canonical.kind != CXType_Enum) return true;
        return is_nameable(clang_getTypeDeclaration(canonical));
    }

    /// Repeated by the server, so that what a base offers is offered too; what the class declares
    /// itself hides a base's constructor with the same parameters.
    void read_inherited_constructors() {
        for (const CXCursor each : inherited_constructors(declaration)) {
            if (!is_public(each) || clang_Cursor_getNumArguments(each) == 0) continue;
            const CXType type = clang_getCanonicalType(clang_getCursorType(each));
            const bool hidden =
                std::any_of(constructor_types.begin(), constructor_types.end(),
                            [type](CXType other) { return clang_equalTypes(type, other) != 0; });
            if (hidden) continue;
            constructor_types.push_back(type);
            if (is_dependent(each)) {
                in.report(location_of(each),
                          "this constructor of a class template, which '" + into.name +
                              "' inherits, is not repeated by '" + into.name + "''s server",
                          "declare it in '" + into.name + "' itself", model::severity::warning);
                continue;
            }
            read_constructor(each);
        }
    }

    /// The parameters of a template's member are those of the template, not of the instantiation.
    static bool is_dependent(CXCursor constructor) {
        const int count = clang_Cursor_getNumArguments(constructor);
        for (int i = 0; i < count; ++i) {
            const CXType type = clang_getCanonicalType(clang_getCursorType(
                clang_Cursor_getArgument(constructor, static_cast<unsigned>(i))));
            if (spelling(type).find("type-parameter-") != std::string::npos ||
                clang_Type_getSizeOf(type) == CXTypeLayoutError_Dependent)
                return true;
        }
        return false;
    }

    /// What a server class can be, and why there is none.
    void decide_server(bool has_constructor) {
        const CXType type = clang_getCursorType(declaration);
        const bool held = into.is_final || needs_argument_in_virtual_base(declaration);
        into.server_holds = held;
        const maker by = held ? maker::anybody : maker::derived;
        if (!can_end(declaration, by))
            into.no_server_because = "its destructor is not public";
        else if (has_constructor && into.constructors.empty())
            into.no_server_because = "none of its constructors can be used";
        else if (!has_constructor && into.constructors.empty() && !default_constructible(type, by))
            into.no_server_because = "a member or a base of it cannot be made without arguments";
        else if (!has_constructor && default_constructible(type, by))
            into.constructors.emplace(into.constructors.begin());
    }

    /// A client of an abstract class derives from it: nothing may stand in its way.
    void find_obstacles() {
        const auto add = [this](std::string what, std::string advice, model::location where) {
            into.client_obstacles.push_back({std::move(what), std::move(advice), std::move(where)});
        };
        if (!can_end(declaration, maker::derived))
            add("its destructor is private", "make it public or protected", into.where);
        if (!default_constructible(clang_getCursorType(declaration), maker::derived) ||
            needs_argument_in_virtual_base(declaration))
            add("it cannot be made without arguments, which a client does not have",
                "give it, and its bases, a default constructor; it may be protected", into.where);
        std::vector<CXCursor> overridden;
        note_overrides(declaration, overridden);
        find_hidden_pure(declaration, overridden, add, 0);
    }

    /// Pure methods that are not public: the client has nothing to implement them with.
    template <class Add>
    void find_hidden_pure(CXCursor of, std::vector<CXCursor>& overridden, const Add& add,
                          int depth) {
        if (depth > 32) return;
        each_child(of, [&](CXCursor child) {
            if (clang_getCursorKind(child) == CXCursor_CXXMethod && !is_public(child) &&
                clang_CXXMethod_isPureVirtual(child) != 0 &&
                std::none_of(overridden.begin(), overridden.end(), [&](CXCursor it) {
                    return same(clang_getCanonicalCursor(it), clang_getCanonicalCursor(child));
                }))
                add("'" + spelling(child) + "' is pure but not public, so no client can have it",
                    "give it a body, or make it public", location_of(child));
            if (clang_getCursorKind(child) != CXCursor_CXXBaseSpecifier) return;
            const CXCursor base = clang_getCursorDefinition(
                clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(child))));
            if (is_null(base) || in_std(base)) return;
            note_overrides(base, overridden);
            find_hidden_pure(base, overridden, add, depth + 1);
        });
    }

    void read_constructor(CXCursor cursor) {
        if (is_deleted(cursor) || clang_CXXConstructor_isCopyConstructor(cursor) != 0 ||
            clang_CXXConstructor_isMoveConstructor(cursor) != 0)
            return;
        model::constructor result;
        result.where = location_of(cursor);
        result.doc = read_doc(cursor);
        result.is_noexcept = is_noexcept(cursor);
        result.is_explicit =
            text(clang_getCursorPrettyPrinted(cursor, nullptr)).starts_with("explicit");
        const int count = clang_Cursor_getNumArguments(cursor);
        for (int i = 0; i < count; ++i) {
            const CXCursor argument = clang_Cursor_getArgument(cursor, static_cast<unsigned>(i));
            model::parameter parameter;
            parameter.name = spelling(argument);
            parameter.where = location_of(argument);
            const CXType type = clang_getCursorType(argument);
            parameter.written = spelling(type);
            parameter.how = passing_of(type);
            // A constructor runs where the object is: its parameters never travel.
            parameter.type = local_type(type);
            parameter.type.written = parameter.written;
            if (!is_nameable_type(type)) return;  // no server class could repeat it
            default_argument text = read_default(in, argument);
            parameter.default_text = std::move(text.text);
            parameter.default_usable = text.usable;
            result.parameters.push_back(std::move(parameter));
        }
        into.constructors.push_back(std::move(result));
    }

    void read_template(CXCursor cursor) {
        model::method method;
        method.name = spelling(cursor);
        method.where = location_of(cursor);
        method.declared_in = into.name;
        method.marks = read_marks(in, cursor);
        method.exported = find_mark(method.marks, "export") != nullptr;
        method.result_written = spelling(clang_getCursorResultType(cursor));
        if (clang_getTemplateCursorKind(cursor) == CXCursor_Constructor) return;
        make_local(method, "template");
        into.methods.push_back(std::move(method));
    }

    void read_state(CXCursor field) {
        const model::marks marks = read_marks(in, field);
        if (marks.empty()) return;
        model::field result;
        result.name = result.access_path = spelling(field);
        result.is_private = !is_public(field);
        result.marks = marks;
        result.where = location_of(field);
        result.doc = read_doc(field);
        result.type = read_type(in, clang_getCursorType(field), marks);
        if (const model::mark* id = find_mark(marks, "id"))
            if (const auto number = read_number(id->argument))
                result.number = static_cast<unsigned>(*number);
        into.state.push_back(std::move(result));
    }

    void read_base(CXCursor specifier) {
        const CXCursor base = clang_getCursorDefinition(
            clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(specifier))));
        if (is_null(base) || clang_getCXXAccessSpecifier(specifier) != CX_CXXPublic) return;
        if (find_mark(read_marks(in, base), "remote") == nullptr) return;
        const std::string name = class_name(base);
        into.bases.push_back(name);
        in.base_classes.emplace(name, base);
        into.base_uses.push_back(
            {name, location_of(base).file, clang_isVirtualBase(specifier) != 0});
    }

    /// Virtual methods of bases that this abstract class leaves to others: its client needs them.
    void read_inherited(CXCursor of, std::vector<CXCursor>& overridden, int depth) {
        if (depth > 32) return;
        each_child(of, [&](CXCursor child) {
            if (clang_getCursorKind(child) != CXCursor_CXXBaseSpecifier) return;
            if (clang_getCXXAccessSpecifier(child) != CX_CXXPublic) return;
            const CXCursor base = clang_getCursorDefinition(
                clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(child))));
            if (is_null(base) || in_std(base)) return;
            note_overrides(base, overridden);
            each_child(base, [&](CXCursor method) {
                if (clang_getCursorKind(method) != CXCursor_CXXMethod || !is_public(method)) return;
                if (clang_CXXMethod_isPureVirtual(method) == 0) return;
                const bool known =
                    std::any_of(overridden.begin(), overridden.end(), [&](CXCursor it) {
                        return same(clang_getCanonicalCursor(it), clang_getCanonicalCursor(method));
                    });
                if (known) return;
                overridden.push_back(method);
                read_method(method, true);
            });
            read_inherited(base, overridden, depth + 1);
        });
    }

    void note_overrides(CXCursor of, std::vector<CXCursor>& overridden) {
        each_child(of, [&](CXCursor method) {
            if (clang_getCursorKind(method) != CXCursor_CXXMethod) return;
            CXCursor* list = nullptr;
            unsigned count = 0;
            clang_getOverriddenCursors(method, &list, &count);
            for (unsigned i = 0; i < count; ++i)
                overridden.push_back(list[i]);
            if (list != nullptr) clang_disposeOverriddenCursors(list);
        });
    }

    void read_class_marks() {
        const auto marked = [this](std::string_view name) { return find_mark(into.marks, name); };
        into.per_client = marked("per_client") != nullptr;
        into.single_owner = marked("single_owner") != nullptr;
        into.shared = marked("shared") != nullptr;
        into.concurrent = marked("concurrent") != nullptr;
        if (const model::mark* mark = marked("deadline")) {
            into.deadline_us = read_duration(mark->argument);
            if (!into.deadline_us)
                in.report(mark->where, "ROI_DEADLINE(\"" + mark->argument + "\") is no duration",
                          "write a whole number and us, ms, s, min or h, as in \"500ms\"");
        }
        const model::mark* remote = marked("remote");
        into.marked = remote != nullptr;
        into.published_name = remote != nullptr && !remote->argument.empty()
                                  ? remote->argument
                                  : spelling(declaration);
    }

    void read_all() {
        into.name = class_name(declaration);
        for (CXCursor at = scope_of(declaration); !is_null(at); at = scope_of(at)) {
            if (clang_getCursorKind(at) != CXCursor_Namespace) continue;
            into.namespaces.insert(into.namespaces.begin(),
                                   {spelling(at), clang_Cursor_isInlineNamespace(at) != 0});
        }
        into.where = location_of(declaration);
        into.doc = read_doc(declaration);
        into.marks = read_marks(in, declaration);
        into.is_abstract = clang_CXXRecord_isAbstract(declaration) != 0;
        read_class_marks();
        bool has_constructor = false;
        each_child(declaration, [&](CXCursor child) {
            const CXCursorKind kind = clang_getCursorKind(child);
            switch (kind) {
                case CXCursor_CXXBaseSpecifier:
                    read_base(child);
                    break;
                case CXCursor_CXXFinalAttr:
                    into.is_final = true;
                    break;
                case CXCursor_FieldDecl:
                    read_state(child);
                    break;
                case CXCursor_Destructor:
                    into.has_virtual_destructor = clang_CXXMethod_isVirtual(child) != 0;
                    break;
                case CXCursor_Constructor:
                    has_constructor = true;
                    constructor_types.push_back(clang_getCanonicalType(clang_getCursorType(child)));
                    if (is_public(child))
                        read_constructor(child);
                    else
                        read_marks_of_hidden(child);
                    break;
                case CXCursor_CXXMethod:
                    if (is_public(child))
                        read_method(child, false);
                    else
                        read_marks_of_hidden(child);
                    break;
                case CXCursor_ConversionFunction:
                    if (is_public(child))
                        read_method(child, false), make_local(into.methods.back(), "operator");
                    break;
                case CXCursor_FunctionTemplate:
                    if (is_public(child)) read_template(child);
                    break;
                default:
                    break;
            }
        });
        read_inherited_constructors();
        if (into.is_abstract)
            find_obstacles();
        else
            decide_server(has_constructor);
        if (!into.has_virtual_destructor)
            into.has_virtual_destructor = inherits_virtual_destructor(declaration, 0);
        if (into.is_abstract) {
            std::vector<CXCursor> overridden;
            note_overrides(declaration, overridden);
            read_inherited(declaration, overridden, 0);
        }
        const bool selective =
            std::any_of(into.methods.begin(), into.methods.end(),
                        [](const model::method& method) { return method.exported; });
        if (selective)
            for (model::method& method : into.methods)
                if (!method.exported) make_local(method, "not marked ROI_EXPORT");
    }

    void read_marks_of_hidden(CXCursor member) {
        for (const model::mark& mark : read_marks(in, member))
            in.report(mark.where,
                      "this mark stands on '" + into.name + "::" + spelling(member) +
                          "', which is not public and so never remote",
                      "make the method public, or remove the mark");
    }

    bool inherits_virtual_destructor(CXCursor of, int depth) {
        bool found = false;
        if (depth > 32) return false;
        each_child(of, [&](CXCursor child) {
            if (clang_getCursorKind(child) == CXCursor_Destructor)
                found = found || clang_CXXMethod_isVirtual(child) != 0;
            if (clang_getCursorKind(child) != CXCursor_CXXBaseSpecifier) return;
            const CXCursor base = clang_getCursorDefinition(
                clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(child))));
            if (!is_null(base)) found = found || inherits_virtual_destructor(base, depth + 1);
        });
        return found;
    }
};

}  // namespace

model::interface read_interface(context& in, CXCursor declaration) {
    model::interface result;
    class_reader{in, result, declaration}.read_all();
    return result;
}

void read_foreign_bases(context& in) {
    std::set<std::string> known;
    for (const model::interface& own : in.file.interfaces)
        known.insert(own.name);
    for (bool again = true; again;) {
        again = false;
        const auto met = in.base_classes;  // reading a base may meet further ones
        for (const auto& [name, declaration] : met) {
            if (!known.insert(name).second) continue;
            in.file.foreign_bases.push_back(read_interface(in, declaration));
            again = true;
        }
    }
}

}  // namespace idlc::parse
