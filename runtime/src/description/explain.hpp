// Sentences about how one method, or one type, differs from another.
#pragma once

#include "description/names.hpp"

#include <string>
#include <vector>

namespace roi::description {

struct wording {
    const char* here;         ///< "here" at a server, "now" of a newer version
    const char* from_before;  ///< ends the sentence about an added parameter
};

struct difference {
    std::string text;       ///< "parameter 3 'cents' was int64, is int32 here"
    std::string parameter;  ///< "cents"; empty where it concerns the whole method
    std::string old_where;
    std::string new_where;
};

/// "parameter 3 'cents'".
std::string parameter_text(const pb::FieldDescriptor& parameter);
/// "field 2 'total' of demo::order", "the key", "element 2", "alternative 1".
std::string member_text(const pb::FieldDescriptor& field);
/// "at most once".
std::string promise_text(Semantics promise);
/// True where fields of the message have numbers, and no names that mean anything.
bool numbered_by_position(const pb::Descriptor& message);

/// "was int64, is int32" where the same bytes would not mean the same; else empty. Types of members
/// are not looked at.
std::string type_change(const pb::FieldDescriptor& before, const pb::FieldDescriptor& after);

/// True where both take the same types in the same places.
bool same_parameters(const pb::MethodDescriptor& left, const pb::MethodDescriptor& right);

/// The overload whose parameters are most like those of `wanted`; null where there is none.
const pb::MethodDescriptor* most_alike(const pb::MethodDescriptor& wanted,
                                       const std::vector<const pb::MethodDescriptor*>& overloads);

/// Why `before` and `after`, of the same name, are not the same method. Never empty.
std::vector<difference> explain(const pb::MethodDescriptor& before,
                                const pb::MethodDescriptor& after, const wording& words);

}  // namespace roi::description
