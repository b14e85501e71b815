// x.roi.hpp: the classes that users name.
#include "emit/cpp_types.hpp"
#include "emit/names.hpp"
#include "emit/sources.hpp"

#include <algorithm>
#include <filesystem>

namespace idlc::emit {
namespace {

using model::kind;

/// Does a base's client have a virtual method that this one overrides?
bool overrides_base(const planned_interface& owner, const planned_method& what) {
    for (const auto* base : owner.all_bases) {
        for (const auto& other : base->methods) {
            if (other.source->name == what.source->name &&
                parameter_list(other, other.parameters.size()) ==
                    parameter_list(what, what.parameters.size()) &&
                qualifiers(*other.source) == qualifiers(*what.source)) {
                return true;
            }
        }
    }
    return false;
}

void add_call(writer& out, const planned_interface& owner, const planned_method& what,
              std::size_t count) {
    const auto& source = *what.source;
    const auto list = parameter_list(what, count);
    const bool whole = count == what.parameters.size();
    std::string before, after = qualifiers(source);
    if (whole && owner.source->is_abstract) {
        if (source.is_virtual) after += " override";
    } else if (whole && !owner.source->is_abstract) {
        if (overrides_base(owner, what)) {
            after += " override";
        } else {
            before = "virtual ";
        }
    }
    if (source.is_nodiscard) before = "[[nodiscard]] " + before;
    out.line(before + stub_result(owner, what) + " " + source.name + list + after + ";");
    out.line("roi::call<" + join(result_types(what), ", ") + "> async_" + source.name +
             async_parameter_list(what, count) + qualifiers(source) + ";");
}

void add_methods(writer& out, const planned_interface& what) {
    for (const auto& method : what.methods) {
        out.blank();
        out.doc(method.source->doc);
        add_call(out, what, method, method.parameters.size());
        for (const auto& list : method.shorter) {
            if (!list.in_stub) continue;
            const auto& left_out = *method.parameters[list.count].source;
            out.comment("/// ",
                        "The same, with what is left out filled in by the server: `" +
                            method.parameters[list.count].name + " = " + left_out.default_text +
                            "`" +
                            (list.count + 1 < method.parameters.size() ? " and so on." : "."));
            add_call(out, what, method, list.count);
        }
    }
}

/// Names of base methods that a method of this class would hide.
std::vector<std::string> hidden_names(const planned_interface& what) {
    std::vector<std::string> lines;
    if (what.source->is_abstract) return lines;
    for (const auto* base : what.bases) {
        std::vector<std::string> names;
        for (const auto& method : what.methods) {
            for (const auto& other : base->methods) {
                const auto& name = other.source->name;
                const bool same = name == method.source->name;
                if (same && std::find(names.begin(), names.end(), name) == names.end()) {
                    names.push_back(name);
                }
            }
        }
        for (const auto& name : names) {
            lines.push_back("using " + base->client_name() + "::" + name + ";");
            lines.push_back("using " + base->client_name() + "::async_" + name + ";");
        }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

bool has_virtual_base(const planned_interface& what) {
    const auto is_virtual = [](const auto& use) { return use.is_virtual; };
    return std::any_of(what.source->base_uses.begin(), what.source->base_uses.end(), is_virtual) ||
           std::any_of(what.all_bases.begin(), what.all_bases.end(), [&](const auto* base) {
               return std::any_of(base->source->base_uses.begin(), base->source->base_uses.end(),
                                  is_virtual);
           });
}

std::string base_clause(const planned_interface& what) {
    if (what.source->is_abstract) return " : public " + what.source->name;
    std::vector<std::string> bases;
    for (const auto* base : what.bases) {
        const auto use =
            std::find_if(what.source->base_uses.begin(), what.source->base_uses.end(),
                         [&](const auto& each) { return each.name == base->source->name; });
        const bool shared = use != what.source->base_uses.end() && use->is_virtual;
        bases.push_back((shared ? "public virtual " : "public ") + base->client_name());
    }
    return bases.empty() ? "" : " : " + join(bases, ", ");
}

/// Copying, moving, destruction: spelt out where a virtual destructor would take them away.
void add_special_members(writer& out, const planned_interface& what) {
    const writer::names names{{"client", what.client}};
    if (what.source->is_abstract) return;
    if (what.bases.empty()) {
        out.add(R"(
            $client$(const $client$&) = default;
            $client$($client$&&) = default;
            $client$& operator=(const $client$&) = default;
            $client$& operator=($client$&&) = default;
            virtual ~$client$() = default;
        )",
                names);
    } else if (has_virtual_base(what)) {
        // Copies only: moving a virtual base twice is what compilers warn about.
        out.add(R"(
            $client$(const $client$&) = default;
            $client$& operator=(const $client$&) = default;
            ~$client$() override = default;
        )",
                names);
    }
}

void add_client(writer& out, const planned_interface& what) {
    const auto& source = *what.source;
    const writer::names names{{"client", what.client}, {"bases", base_clause(what)}};
    out.blank();
    out.doc(source.doc);
    out.add(R"(
        class $client$$bases$ {
        public:
    )",
            names);
    out.comment("/// ", "Means the object published as " + literal(source.published_name) +
                            ", or another one. Does not block: the first call looks it up and "
                            "connects.");
    out.add(R"(
        explicit $client$(roi::target object = {});
        explicit $client$(roi::reference object) noexcept;
    )",
            names);
    add_special_members(out, what);
    const auto hidden = hidden_names(what);
    if (!hidden.empty()) out.blank();
    for (const auto& line : hidden)
        out.line(line);
    add_methods(out, what);
    out.blank();
    out.add(R"(
        /// The same object, with options for the calls made through what is returned.
        $client$ with(const roi::call_options& options) const;
    )",
            names);
    if (source.is_abstract && !what.all_bases.empty()) {
        out.blank();
        out.line("/// The same object, seen through a base of its class.");
        for (const auto* base : what.all_bases) {
            out.line("operator " + base->client_name() + "() const;");
        }
    }
    out.blank();
    const bool owns = source.is_abstract || what.bases.empty();
    if (owns) {
        out.line("const roi::reference& roi_reference() const noexcept { return object_; }");
    } else if (what.bases.size() > 1) {
        out.line("const roi::reference& roi_reference() const noexcept {");
        out.line("return " + what.bases.front()->client_name() + "::roi_reference();");
        out.line("}");
    }
    out.line("static const roi::generated::interface roi_interface;");
    if (owns) {
        out.blank();
        out.line("protected:");
        out.line("roi::reference object_;");
    }
    out.line("};");
}

/// Do results stand in vectors that the header itself need not know?
bool makes_vectors(const plan& what) {
    for (const auto& each : what.interfaces) {
        for (const auto& method : each.methods) {
            for (const auto& type : result_types(method)) {
                if (type.starts_with("std::vector<")) return true;
            }
        }
    }
    return false;
}

std::string article(const std::string& name) {
    return std::string{"AEIOUaeiou"}.find(name.front()) == std::string::npos ? "A " : "An ";
}

void add_constructors(writer& out, const planned_interface& what) {
    for_each_constructor(what, [&](const model::constructor& source, std::size_t count) {
        const auto list = constructor_parameters(source, count);
        out.doc(source.doc);
        out.line((count == 1 ? "explicit " : "") + what.server + "(" + join(list, ", ") + ");");
        std::vector<std::string> placed{"roi::publication where"};
        placed.insert(placed.end(), list.begin(), list.end());
        out.line((count == 0 ? "explicit " : "") + what.server + "(" + join(placed, ", ") + ");");
    });
}

void add_server(writer& out, const planned_interface& what) {
    const auto& source = *what.source;
    const writer::names names{{"server", what.server},
                              {"class", source.name},
                              {"published", source.published_name},
                              {"a", article(what.class_name) + what.class_name},
                              {"override", source.has_virtual_destructor ? " override" : ""}};
    out.blank();
    out.comment("/// ", article(what.class_name) + what.class_name +
                            " that is published while it exists: as " +
                            literal(source.published_name) + ", or as `where` says.");
    out.line("class " + what.server + " final" +
             (source.server_holds ? " {" : " : public " + source.name + " {"));
    out.line("public:");
    add_constructors(out, what);
    out.add(source.server_holds ? R"(
        $server$(const $server$&) = delete;
        $server$& operator=(const $server$&) = delete;
        /// Withdraws it, and waits for the methods that are running.
        ~$server$();

        $class$& operator*() noexcept { return object_; }
        $class$* operator->() noexcept { return &object_; }
        const roi::servant& roi_servant() const noexcept { return servant_; }

        private:
        $class$ object_;
        roi::servant servant_;
        };
    )"
                                : R"(
        $server$(const $server$&) = delete;
        $server$& operator=(const $server$&) = delete;
        /// Withdraws it, and waits for the methods that are running.
        ~$server$()$override$;

        const roi::servant& roi_servant() const noexcept { return servant_; }

        private:
        roi::servant servant_;
        };
    )",
            names);
}

}  // namespace

std::string header_text(const plan& what) {
    writer out;
    out.comment("// ", "Stubs of " + classes(what) + ". Generated by idlc from " +
                           header_name(what) + "; do not edit.");
    out.line("#pragma once");
    out.blank();
    std::vector<std::string> includes{literal(header_name(what))};
    for (const auto& stub : what.input->stub_includes)
        includes.push_back(literal(stub));
    std::sort(includes.begin(), includes.end());
    for (const auto& each : includes)
        out.line("#include " + each);
    out.blank();
    out.line("#include <roi/generated.hpp>");
    if (makes_vectors(what)) {
        out.blank();
        out.line("#include <vector>");
    }
    out.blank();
    out.line("#if ROI_GENERATED_VERSION != 1");
    out.line("#error \"" + what.stem +
             ".roi.hpp was generated for another version of ROI; run idlc again\"");
    out.line("#endif");
    for (const auto& each : what.interfaces) {
        if (!each.generated) continue;
        out.blank();
        open_namespaces(out, each);
        add_client(out, each);
        if (has_server(each)) {
            add_server(out, each);
        } else if (!each.source->is_abstract) {
            out.blank();
            out.comment("// ", each.class_name + " has no server class, for " +
                                   each.source->no_server_because +
                                   ": publish an object of it with roi::publish().");
        }
        out.blank();
        out.line("/// How calls reach " +
                 std::string{article(each.class_name) == "A " ? "a " : "an "} + each.class_name +
                 ": for roi::publish().");
        out.line("roi::generated::exported roi_export(" + each.source->name +
                 "& object) noexcept;");
        close_namespaces(out, each);
    }
    return out.take();
}

}  // namespace idlc::emit
