// How much idlc adds to libclang's own parse of a header: idlc_bench HEADER [FLAG...].
//
// Both run in turn, so that a busy machine disturbs them alike. idlc's side is all of it: finding
// the toolchain, parse, model, checks and every output as text. Printed are the least and the
// median of wall and processor time.
#include "check/check.hpp"
#include "emit/emit.hpp"
#include "parse/parse.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

struct sample {
    double wall = 0;
    double processor = 0;
};

template <class Work>
sample measure(Work&& work) {
    const auto wall = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    work();
    sample result;
    result.processor = static_cast<double>(std::clock() - processor) * 1000 / CLOCKS_PER_SEC;
    result.wall =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - wall).count();
    return result;
}

double median(std::vector<sample> all, double sample::*part) {
    std::sort(all.begin(), all.end(),
              [part](const sample& l, const sample& r) { return l.*part < r.*part; });
    return all[all.size() / 2].*part;
}

double least(const std::vector<sample>& all, double sample::*part) {
    double best = all.front().*part;
    for (const sample& one : all)
        best = std::min(best, one.*part);
    return best;
}

void print(const char* name, const std::vector<sample>& all) {
    std::printf("%-28s least %7.1f ms wall %7.1f ms cpu, median %7.1f ms wall %7.1f ms cpu\n", name,
                least(all, &sample::wall), least(all, &sample::processor),
                median(all, &sample::wall), median(all, &sample::processor));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: idlc_bench HEADER [FLAG...]\n");
        return 2;
    }
    idlc::parse::request request;
    request.header = arguments[1];
    request.flags.assign(arguments + 2, arguments + count);
    const char* wanted = std::getenv("ROI_BENCH_ROUNDS");
    const int rounds = wanted != nullptr ? std::max(1, std::atoi(wanted)) : 15;

    std::vector<sample> bare, with_bodies, whole;
    std::size_t methods = 0;
    bool failed = false;
    for (int i = 0; i < rounds; ++i) {
        with_bodies.push_back(
            measure([&] { idlc::parse::bare_parse(request, idlc::parse::bodies::read); }));
        bare.push_back(
            measure([&] { idlc::parse::bare_parse(request, idlc::parse::bodies::skipped); }));
        whole.push_back(measure([&] {
            const auto parsed = idlc::parse::run(request);
            const auto found = idlc::check::all(parsed.file);
            const auto made = idlc::emit::generate(parsed.file);
            failed = failed || parsed.failed || made.outputs.empty();
            methods = 0;
            for (const auto& interface : parsed.file.interfaces)
                methods += interface.methods.size();
        }));
    }
    if (failed) {
        std::fprintf(stderr, "idlc_bench: %s gives no stubs\n", arguments[1]);
        return 1;
    }
    std::printf("%s, %zu methods, libclang %s, %d rounds\n", arguments[1], methods,
                idlc::parse::clang_version().c_str(), rounds);
    print("libclang, default parse", with_bodies);
    print("libclang, bodies skipped", bare);
    print("idlc, all of it", whole);
    std::printf(
        "idlc over libclang's default parse: %+.1f %% (least wall), %+.1f %% (least cpu)\n",
        100 * (least(whole, &sample::wall) / least(with_bodies, &sample::wall) - 1),
        100 * (least(whole, &sample::processor) / least(with_bodies, &sample::processor) - 1));
    std::printf(
        "idlc over libclang's parse without bodies: %+.1f %% (least wall), %+.1f %% (least cpu)\n",
        100 * (least(whole, &sample::wall) / least(bare, &sample::wall) - 1),
        100 * (least(whole, &sample::processor) / least(bare, &sample::processor) - 1));
    return 0;
}
