// The marshalling of the benchmark's values, in the form that generated code has.
#include "marshalling/values.hpp"

namespace bench {

void codec::write(roi::wire::writer& out, const record& value) {
    put(out, 4, value.numbers);
    put(out, 3, value.value);
    put(out, 2, value.name);
    put(out, 1, value.id);
}

void codec::read(roi::wire::reader& in, record& value) {
    clear(value.numbers);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.id);
                break;
            case 2:
                get(in, value.name);
                break;
            case 3:
                get(in, value.value);
                break;
            case 4:
                get(in, value.numbers);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const records& value) {
    put(out, 1, value.all);
}

void codec::read(roi::wire::reader& in, records& value) {
    clear(value.all);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.all);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const dictionary& value) {
    put(out, 1, value.entries);
}

void codec::read(roi::wire::reader& in, dictionary& value) {
    clear(value.entries);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.entries);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const reading& value) {
    put(out, 3, value.value);
    put(out, 2, value.last);
    put(out, 1, value.sensor);
}

void codec::read(roi::wire::reader& in, reading& value) {
    clear(value.sensor, value.last);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.sensor);
                break;
            case 2:
                get(in, value.last);
                break;
            case 3:
                get(in, value.value);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const readings& value) {
    put(out, 1, value.all);
}

void codec::read(roi::wire::reader& in, readings& value) {
    clear(value.all);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.all);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const reals& value) {
    put(out, 1, value.all);
}

void codec::read(roi::wire::reader& in, reals& value) {
    clear(value.all);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.all);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const node& value) {
    put(out, 3, value.right);
    put(out, 2, value.left);
    put(out, 1, value.value);
}

void codec::read(roi::wire::reader& in, node& value) {
    clear(value.left, value.right);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.value);
                break;
            case 2:
                get(in, value.left);
                break;
            case 3:
                get(in, value.right);
                break;
            default:
                in.skip();
        }
    }
}

void codec::write(roi::wire::writer& out, const texts& value) {
    put(out, 1, value.all);
}

void codec::read(roi::wire::reader& in, texts& value) {
    clear(value.all);
    while (in.next()) {
        switch (in.number()) {
            case 1:
                get(in, value.all);
                break;
            default:
                in.skip();
        }
    }
}

}  // namespace bench
