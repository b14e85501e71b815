// std::unordered_set and std::unordered_multiset on the wire: repeated fields.
#pragma once

#include <roi/codec/detail/associative.hpp>

#include <unordered_set>

namespace roi::generated {

template <class T, class Hash, class Equal, class Allocator>
struct form<std::unordered_set<T, Hash, Equal, Allocator>>
    : set_form<std::unordered_set<T, Hash, Equal, Allocator>> {};
template <class T, class Hash, class Equal, class Allocator>
struct form<std::unordered_multiset<T, Hash, Equal, Allocator>>
    : set_form<std::unordered_multiset<T, Hash, Equal, Allocator>> {};

}  // namespace roi::generated
