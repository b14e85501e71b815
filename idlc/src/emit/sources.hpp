// The stubs as text, from the plan: no decisions here, only the shape of the output.
#pragma once

#include "emit/plan.hpp"
#include "emit/writer.hpp"

#include "description/fingerprint.hpp"

#include <map>
#include <string>
#include <vector>

namespace idlc::emit {

/// What the description of the whole header gives to each interface.
struct described {
    std::string bytes;  // a serialised FileDescriptorSet
    std::map<std::string, roi::description::fingerprint> fingerprints;  // by wire name
};

std::string header_text(const plan& what);                         // x.roi.hpp
std::string client_text(const plan& what, const described& with);  // x.client.roi.cpp
std::string server_text(const plan& what);                         // x.server.roi.cpp

/// Opens and closes the namespaces of an interface as its header does.
void open_namespaces(writer& out, const planned_interface& what);
void close_namespaces(writer& out, const planned_interface& what);

/// Calls one of both for each line that opens a namespace: "demo::inner", or an inline one.
template <class Plain, class Inline>
void for_each_namespace(const planned_interface& what, Plain open, Inline open_inline) {
    std::string plain;
    for (const auto& each : what.source->namespaces) {
        if (each.is_inline) {
            if (!plain.empty()) open(plain);
            plain.clear();
            open_inline(each.name);
        } else {
            plain += (plain.empty() ? "" : "::") + each.name;
        }
    }
    if (what.source->namespaces.empty()) plain = what.scope;
    if (!plain.empty()) open(plain);
}

/// "bank.hpp", as the user's own code writes it.
std::string header_name(const plan& what);
/// The class as declared, with what idlc is and where it read it: first line of a file.
std::string classes(const plan& what);

/// Is there a class that makes an object and publishes it?
inline bool has_server(const planned_interface& what) {
    return !what.source->is_abstract && what.source->no_server_because.empty();
}

/// Calls `each(constructor, count)` for every parameter list that constructs the class: those that
/// default arguments allow too.
template <class Function>
void for_each_constructor(const planned_interface& what, Function each) {
    static const model::constructor implicit;
    if (what.source->constructors.empty()) return each(implicit, 0);
    for (const auto& constructor : what.source->constructors) {
        for (auto count = constructor.parameters.size();; --count) {
            each(constructor, count);
            if (count == 0 || constructor.parameters[count - 1].default_text.empty()) break;
        }
    }
}
/// The first `count` parameters, declared; and their names.
std::vector<std::string> constructor_parameters(const model::constructor& what, std::size_t count);
std::string constructor_parameter_name(const model::constructor& what, std::size_t index);

/// The constants that describe methods to the runtime; `entries` names them in order.
void add_method_constant(writer& out, const std::string& name, const planned_method& what,
                         std::uint64_t id);

}  // namespace idlc::emit
