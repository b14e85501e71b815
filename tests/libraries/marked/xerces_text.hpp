// Lets Xerces' text travel: XMLCh* is a null-terminated char16_t*.
#pragma once

#include <roi/adapt.hpp>

#include <algorithm>
#include <string>

template <>
struct roi::adapt<char16_t*> {
    using wire = std::u16string;
    static wire to_wire(char16_t* const& text) { return text != nullptr ? text : u""; }
    /// The caller owns the characters.
    static char16_t* from_wire(wire&& text) {
        auto* copy = new char16_t[text.size() + 1];
        std::copy_n(text.c_str(), text.size() + 1, copy);
        return copy;
    }
};
