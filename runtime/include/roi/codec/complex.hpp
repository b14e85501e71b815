// std::complex on the wire: a message of two numbers.
#pragma once

#include <roi/codec.hpp>

#include <complex>

namespace roi::generated {

template <class T>
struct form<std::complex<T>> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::complex<T>& value) {
        const std::size_t mark = out.open();
        form<T>::template put<Codec>(out, 2, value.imag());
        form<T>::template put<Codec>(out, 1, value.real());
        out.close_nested(number, mark);
    }
    template <class Codec>
    static void get(wire::reader& in, std::complex<T>& value) {
        T real = value.real();
        T imag = value.imag();
        wire::reader nested = in.message();
        while (nested.next()) {
            if (nested.number() == 1) {
                form<T>::template get<Codec>(nested, real);
            } else if (nested.number() == 2) {
                form<T>::template get<Codec>(nested, imag);
            } else {
                nested.skip();
            }
        }
        value = {real, imag};
    }
};

}  // namespace roi::generated
