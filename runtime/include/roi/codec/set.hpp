// std::set and std::multiset on the wire: repeated fields.
#pragma once

#include <roi/codec/detail/associative.hpp>

#include <set>

namespace roi::generated {

template <class T, class Less, class Allocator>
struct form<std::set<T, Less, Allocator>> : set_form<std::set<T, Less, Allocator>> {};
template <class T, class Less, class Allocator>
struct form<std::multiset<T, Less, Allocator>> : set_form<std::multiset<T, Less, Allocator>> {};

}  // namespace roi::generated
