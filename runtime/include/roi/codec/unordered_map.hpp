// std::unordered_map and std::unordered_multimap on the wire: repeated entries.
#pragma once

#include <roi/codec/detail/associative.hpp>

#include <unordered_map>

namespace roi::generated {

template <class K, class V, class Hash, class Equal, class Allocator>
struct form<std::unordered_map<K, V, Hash, Equal, Allocator>>
    : map_form<std::unordered_map<K, V, Hash, Equal, Allocator>, true> {};
template <class K, class V, class Hash, class Equal, class Allocator>
struct form<std::unordered_multimap<K, V, Hash, Equal, Allocator>>
    : map_form<std::unordered_multimap<K, V, Hash, Equal, Allocator>, false> {};

}  // namespace roi::generated
