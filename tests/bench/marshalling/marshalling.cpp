// How fast values become bytes and back, next to the classes that protoc generates, in one run.
//
// Both sides start from a value that is filled already: a C++ value here, a message there. Encoding
// goes into memory that is used again; decoding makes a new value. At the end: how many times
// faster ROI is.
#include "marshalling/values.hpp"

#include "marshalling.pb.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

namespace {

using bench::codec;

bench::record make_record(int i) {
    bench::record made;
    made.id = i * 1'000'003LL;
    made.name = "name of " + std::to_string(10'000'000 + i);  // 16 characters
    made.value = i / 3.0;
    for (int k = 0; k < 8; ++k) {
        made.numbers.push_back((i + k) * 37 - 1000);
    }
    return made;
}

bench::records make_records() {
    bench::records made;
    for (int i = 0; i < 100; ++i) {
        made.all.push_back(make_record(i));
    }
    return made;
}

bench::dictionary make_dictionary() {
    bench::dictionary made;
    for (int i = 0; i < 200; ++i) {
        made.entries["key " + std::to_string(i * 7919)] = "value number " + std::to_string(i);
    }
    return made;
}

bench::readings make_readings() {
    bench::readings made;
    for (int i = 0; i < 100; ++i) {
        bench::reading& next = made.all.emplace_back();
        if (i % 2 == 0) {
            next.sensor = i;
        }
        if (i % 4 == 0) {
            next.last = make_record(i);
        }
        switch (i % 3) {
            case 0:
                next.value = std::int64_t{i} << 20;
                break;
            case 1:
                next.value = "text " + std::to_string(i);
                break;
            default:
                next.value = make_record(i);
        }
    }
    return made;
}

bench::reals make_reals() {
    bench::reals made;
    for (int i = 0; i < (1 << 17); ++i) {
        made.all.push_back(i * 0.1);
    }
    return made;
}

void grow(bench::node& root, int levels) {
    root.value = levels * 100;
    if (levels > 1) {
        grow(*(root.left = std::make_unique<bench::node>()), levels - 1);
        grow(*(root.right = std::make_unique<bench::node>()), levels - 1);
    }
}

bench::node make_tree() {
    bench::node root;
    grow(root, 10);
    bench::node* last = &root;  // and one branch as deep as it may be
    while (last->left) {
        last = last->left.get();
    }
    for (int i = 10; i < 60; ++i) {
        last = (last->left = std::make_unique<bench::node>()).get();
    }
    return root;
}

bench::texts make_texts() {
    bench::texts made;
    for (int i = 0; i < 2000; ++i) {
        made.all.push_back("text " + std::to_string(i));
    }
    return made;
}

template <class T>
roi::wire::writer encode(const T& value) {
    roi::wire::writer out;
    codec::write(out, value);
    return out;
}

template <class T>
void add(const std::string& name, T made, google::protobuf::Message& prototype) {
    const auto value = std::make_shared<const T>(std::move(made));
    const roi::wire::writer bytes = encode(*value);
    const std::shared_ptr<google::protobuf::Message> message{prototype.New()};
    // The other side gets the same value through the bytes, and must agree with every one of them.
    if (!message->ParseFromArray(bytes.bytes().data(), static_cast<int>(bytes.size())) ||
        message->ByteSizeLong() != bytes.size()) {
        std::fprintf(stderr, "%s: the two sides do not agree\n", name.c_str());
        std::exit(1);
    }
    const std::string text{reinterpret_cast<const char*>(bytes.bytes().data()), bytes.size()};
    const auto size = static_cast<std::int64_t>(text.size());

    benchmark::RegisterBenchmark((name + "/encode/roi").c_str(), [=](benchmark::State& state) {
        for (auto _ : state) {
            const roi::wire::writer out = encode(*value);
            benchmark::DoNotOptimize(out.bytes().data());
        }
        state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
    });
    benchmark::RegisterBenchmark((name + "/encode/protoc").c_str(), [=](benchmark::State& state) {
        std::string out;
        for (auto _ : state) {
            message->SerializeToString(&out);
            benchmark::DoNotOptimize(out.data());
        }
        state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
    });
    benchmark::RegisterBenchmark((name + "/decode/roi").c_str(), [=](benchmark::State& state) {
        for (auto _ : state) {
            T read;
            roi::wire::reader in{std::as_bytes(std::span{text})};
            codec::read(in, read);
            benchmark::DoNotOptimize(&read);
        }
        state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
    });
    benchmark::RegisterBenchmark((name + "/decode/protoc").c_str(), [=](benchmark::State& state) {
        for (auto _ : state) {
            const std::unique_ptr<google::protobuf::Message> read{message->New()};
            read->ParseFromString(text);
            benchmark::DoNotOptimize(read.get());
        }
        state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
    });
}

/// The usual lines, and then the quotients.
class comparing_reporter : public benchmark::ConsoleReporter {
public:
    comparing_reporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            const std::string name = run.benchmark_name();
            const std::size_t cut = name.rfind('/');
            const double time = run.GetAdjustedCPUTime();
            double& best = times_[name.substr(0, cut)][name.substr(cut + 1)];
            best = best == 0 ? time : std::min(best, time);
        }
    }
    void Finalize() override {
        ConsoleReporter::Finalize();
        std::printf("\n%-24s %10s %10s %8s\n", "", "roi, us", "protoc, us", "times");
        for (auto& [name, by_side] : times_) {
            std::printf("%-24s %10.2f %10.2f %8.2f\n", name.c_str(), by_side["roi"] / 1000,
                        by_side["protoc"] / 1000, by_side["protoc"] / by_side["roi"]);
        }
    }

private:
    std::map<std::string, std::map<std::string, double>> times_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::pb::Records records;
    bench::pb::Dictionary dictionary;
    bench::pb::Readings readings;
    bench::pb::Reals reals;
    bench::pb::Node node;
    bench::pb::Texts texts;
    add("records", make_records(), records);
    add("map of strings", make_dictionary(), dictionary);
    add("optionals and variants", make_readings(), readings);
    add("a megabyte of doubles", make_reals(), reals);
    add("tree", make_tree(), node);
    add("small strings", make_texts(), texts);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    comparing_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
}
