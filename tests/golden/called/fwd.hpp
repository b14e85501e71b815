// Declarations without definitions.
#pragma once
namespace acme {
inline namespace v2 {
struct geo_point;
enum class unit : signed char;
}  // namespace v2
class archive;
}  // namespace acme
