// The marshalling of the sample values, in the form that generated code has.
#include "unit/codec/sample.hpp"

namespace sample {

using roi::generated::field;

bool operator<(const point& a, const point& b) {
    return std::tie(a.x, a.y, a.name) < std::tie(b.x, b.y, b.name);
}

bool operator==(const node& a, const node& b) {
    const auto same = [](const auto& p, const auto& q) { return p && q ? *p == *q : !p && !q; };
    return a.value == b.value && a.children == b.children && same(a.left, b.left) &&
           same(a.right, b.right);
}

void codec::write(roi::wire::writer& out, const point& value) {
    put(out, 3, value.name);
    put(out, 2, value.y);
    put(out, 1, value.x);
}

void codec::read(roi::wire::reader& in, point& value) {
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.x);
                break;
            case 2:
                get(in, value.y);
                break;
            case 3:
                get(in, value.name);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const node& value) {
    put(out, 4, value.right);
    put(out, 3, value.left);
    put(out, 2, value.children);
    put(out, 1, value.value);
}

void codec::read(roi::wire::reader& in, node& value) {
    clear(value.children, value.left, value.right);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.value);
                break;
            case 2:
                get(in, value.children);
                break;
            case 3:
                get(in, value.left);
                break;
            case 4:
                get(in, value.right);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const circle& value) {
    put(out, 1, value.radius);
}

void codec::read(roi::wire::reader& in, circle& value) {
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.radius);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const square& value) {
    put(out, 2, value.label);
    put(out, 1, value.side);
}

void codec::read(roi::wire::reader& in, square& value) {
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.side);
                break;
            case 2:
                get(in, value.label);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const everything& value) {
#define SAMPLE_FIELD(number, name) , field{number, value.name}
    put_fields(out SAMPLE_FIELDS(SAMPLE_FIELD));
#undef SAMPLE_FIELD
}

void codec::read(roi::wire::reader& in, everything& value) {
#define SAMPLE_FIELD(number, name) clear(value.name);
    SAMPLE_FIELDS(SAMPLE_FIELD)
#undef SAMPLE_FIELD
    while (in.next()) {
        switch (in.number()) {
#define SAMPLE_FIELD(number, name) \
    case number:                   \
        get(in, value.name);       \
        break;
            SAMPLE_FIELDS(SAMPLE_FIELD)
#undef SAMPLE_FIELD
            default:
                in.skip();
        }
    }
}

}  // namespace sample
