// The values that are marshalled in the benchmark, with the codec that idlc would write for them.
#pragma once

#include <roi/codec.hpp>
#include <roi/codec/map.hpp>
#include <roi/codec/optional.hpp>
#include <roi/codec/owner.hpp>
#include <roi/codec/variant.hpp>
#include <roi/codec/vector.hpp>

namespace bench {

/// W5's element.
struct record {
    std::int64_t id = 0;
    std::string name;
    double value = 0;
    std::vector<std::int32_t> numbers;
};
struct records {
    std::vector<record> all;
};
struct dictionary {
    std::map<std::string, std::string> entries;
};
struct reading {
    std::optional<std::int32_t> sensor;
    std::optional<record> last;
    std::variant<std::int64_t, std::string, record> value;
};
struct readings {
    std::vector<reading> all;
};
struct reals {
    std::vector<double> all;
};
struct node {
    std::int32_t value = 0;
    std::unique_ptr<node> left;
    std::unique_ptr<node> right;
};
struct texts {
    std::vector<std::string> all;
};

struct codec : roi::generated::codec<codec> {
    static void write(roi::wire::writer& out, const record& value);
    static void read(roi::wire::reader& in, record& value);
    static void write(roi::wire::writer& out, const records& value);
    static void read(roi::wire::reader& in, records& value);
    static void write(roi::wire::writer& out, const dictionary& value);
    static void read(roi::wire::reader& in, dictionary& value);
    static void write(roi::wire::writer& out, const reading& value);
    static void read(roi::wire::reader& in, reading& value);
    static void write(roi::wire::writer& out, const readings& value);
    static void read(roi::wire::reader& in, readings& value);
    static void write(roi::wire::writer& out, const reals& value);
    static void read(roi::wire::reader& in, reals& value);
    static void write(roi::wire::writer& out, const node& value);
    static void read(roi::wire::reader& in, node& value);
    static void write(roi::wire::writer& out, const texts& value);
    static void read(roi::wire::reader& in, texts& value);
};

}  // namespace bench
