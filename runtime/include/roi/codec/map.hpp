// std::map and std::multimap on the wire: repeated entries.
#pragma once

#include <roi/codec/detail/associative.hpp>

#include <map>
#include <string>

namespace roi::generated {

template <class K, class V, class Less, class Allocator>
struct form<std::map<K, V, Less, Allocator>> : map_form<std::map<K, V, Less, Allocator>, true> {};
template <class K, class V, class Less, class Allocator>
struct form<std::multimap<K, V, Less, Allocator>>
    : map_form<std::multimap<K, V, Less, Allocator>, false> {};

template <common_value T>
inline constexpr bool in_library<std::map<std::string, T>> = true;

}  // namespace roi::generated
