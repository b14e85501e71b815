// Measures calls per second of the journal's writer, next to what the disk and SQLite alone do, in
// one run on one disk.
//
//     journal_bench [--seconds S] [--runs N] [--directory D]
//
// A call updates two of a thousand accounts and is recorded. `in flight`: one thread submits again
// what was answered, all of it at once, as one that reads connections does. `threads`: each
// submitter is a thread that waits for its answer.
#include "journal/batch_writer.hpp"
#include "journal/sqlite_journal.hpp"
#include "sqlite/statement.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace roi;
using clock = std::chrono::steady_clock;

double seconds = 1;
int runs = 5;
std::filesystem::path place = std::filesystem::temp_directory_path();

struct directory {
    std::filesystem::path path;
    directory() {
        std::string name = (place / "journal-bench-XXXXXX").string();
        if (!::mkdtemp(name.data())) std::abort();
        path = name;
    }
    ~directory() { std::filesystem::remove_all(path); }
};

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto s = [](timeval t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return s(used.ru_utime) + s(used.ru_stime);
}

struct sample {
    double per_second = 0;
    double cpu_us = 0;      // of this process, per call
    double per_commit = 0;  // calls
    double p50_us = 0, p99_us = 0;
};

template <class Body>
sample timed(Body&& body) {
    const double cpu = cpu_seconds();
    const auto from = clock::now();
    const auto until =
        from + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
    const std::uint64_t calls = body(until);
    const double took = std::chrono::duration<double>(clock::now() - from).count();
    const auto count = static_cast<double>(calls);
    return {count / took, 1e6 * (cpu_seconds() - cpu) / count, 1, 1e6 * took / count, 0};
}

// --- the disk, and SQLite alone ---

sample bare_sync() {
    const directory here;
    const int fd = ::open((here.path / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const std::vector<char> page(4096, 'x');
    constexpr off_t pages = 1000;
    for (off_t i = 0; i < pages; ++i) {
        if (::pwrite(fd, page.data(), page.size(), i * 4096) != 4096) std::abort();
    }
    ::fsync(fd);
    const sample out = timed([&](clock::time_point until) {
        std::uint64_t n = 0;
        for (; clock::now() < until; ++n) {
            const auto at = static_cast<off_t>(n) % pages * 4096;
            if (::pwrite(fd, page.data(), page.size(), at) != 4096 || ::fdatasync(fd) != 0) {
                std::abort();
            }
        }
        return n;
    });
    ::close(fd);
    return out;
}

void run(sqlite3* db, const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        std::fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
        std::abort();
    }
}

constexpr const char* make_accounts =
    "CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER);"
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
    "INSERT INTO accounts SELECT i, 1000 FROM n";

/// The method: two rows of the user's.
struct transfer {
    sqlite::statement change;
    std::minstd_rand random{1};
    explicit transfer(sqlite3* db)
        : change{db, "UPDATE accounts SET balance = balance + ?2 WHERE id = ?1"} {}
    void operator()() {
        for (const int amount : {-1, 1}) {
            change.bind(1, static_cast<std::int64_t>(random() % 1000));
            change.bind(2, std::int64_t{amount});
            if (!change.run()) std::abort();
        }
    }
};

sample bare_commits() {
    const directory here;
    sqlite3* db = nullptr;
    if (sqlite3_open((here.path / "x.db").c_str(), &db) != SQLITE_OK) std::abort();
    run(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    run(db, make_accounts);
    run(db, "CREATE TABLE done(n INTEGER PRIMARY KEY, reply BLOB)");
    sample out;
    {
        transfer method{db};
        sqlite::statement begin{db, "BEGIN IMMEDIATE"};
        sqlite::statement commit{db, "COMMIT"};
        sqlite::statement record{db, "INSERT INTO done VALUES(?1, ?2)"};
        const std::vector<std::byte> reply(16);
        std::int64_t sequence = 0;
        out = timed([&](clock::time_point until) {
            std::uint64_t n = 0;
            for (; clock::now() < until; ++n) {
                begin.run();
                method();
                record.bind(1, ++sequence);
                record.bind(2, std::span<const std::byte>{reply});
                if (!record.run() || !commit.run()) std::abort();
            }
            return n;
        });
    }
    sqlite3_close(db);
    return out;
}

// --- the writer ---

struct bench {
    directory here;
    std::uint64_t batches = 0;
    std::unique_ptr<journaling::batch_writer> writer;
    std::unique_ptr<transfer> method;

    explicit bench(unsigned submitters) {
        journaling::sqlite_journal_options with;
        with.file = here.path / "x.db";
        struct nobody final : journal_store::visitor {
            void on_session(stored::session&&) override {}
            void on_call(const stored::call&) override {}
            void on_post(const stored::post&) override {}
            void on_client(const stored::client&) override {}
            void on_value(std::string_view, std::span<const std::byte>) override {}
        } ignored;
        auto store = journaling::open_sqlite_journal(with);
        store->load(ignored);
        auto* db = static_cast<sqlite3*>(store->native_handle());
        std::string why;
        store->begin(why);
        run(db, make_accounts);
        for (unsigned i = 0; i < submitters; ++i) {
            stored::session s;
            s.id = {1, i + 1};
            store->put_session(s);
        }
        if (store->commit(why) != commit_result::durable) std::abort();
        method = std::make_unique<transfer>(db);
        journaling::batch_writer::options options;
        options.on_batch = [this](const auto&) { ++batches; };
        writer = std::make_unique<journaling::batch_writer>(std::move(store), std::move(options));
    }
    ~bench() {
        writer->stop();
        method.reset();
    }
};

struct one_call final : journaling::work {
    bench& on;
    stored::id session;
    std::uint64_t sequence = 0;
    clock::time_point began{};
    std::vector<float> took;

    one_call(bench& where, unsigned n) : on{where}, session{1, n + 1} {}
    verdict run(journal_store& store, int) override {
        (*on.method)();
        static constexpr std::array<std::byte, 16> reply{};
        ++sequence;
        store.put_call({session, sequence, {1, 2}, sequence, stored::call_state::done, reply},
                       {sequence, {}});
        return verdict::keep;
    }
    void not_committed(journaling::refusal, std::string_view) noexcept override { std::abort(); }
    void poisoned() noexcept override { std::abort(); }
    void committed() noexcept override {
        took.push_back(std::chrono::duration<float, std::micro>(clock::now() - began).count());
        answered();
    }
    std::function<void()> answered;
    std::atomic<int> done{0};
};

void finish(sample& out, bench& b, std::deque<one_call>& all) {
    std::vector<float> took;
    for (const one_call& each : all)
        took.insert(took.end(), each.took.begin(), each.took.end());
    std::sort(took.begin(), took.end());
    const auto at = [&](double q) {
        return static_cast<double>(
            took[static_cast<std::size_t>(q * static_cast<double>(took.size() - 1))]);
    };
    out.p50_us = at(0.5);
    out.p99_us = at(0.99);
    out.per_commit = static_cast<double>(took.size()) / static_cast<double>(b.batches);
}

sample in_flight(unsigned submitters) {
    bench b{submitters};
    std::deque<one_call> all;
    std::mutex mutex;
    std::condition_variable some;
    std::vector<journaling::work*> answered;
    std::vector<journaling::work*> again;
    bool waits = false;
    for (unsigned i = 0; i < submitters; ++i) {
        one_call& made = all.emplace_back(b, i);
        made.answered = [&, it = &made] {
            const std::lock_guard lock{mutex};
            answered.push_back(it);
            if (std::exchange(waits, false)) some.notify_one();
        };
        answered.push_back(&made);
    }
    sample out = timed([&](clock::time_point until) {
        std::uint64_t n = 0;
        std::size_t pending = 0;
        for (;;) {
            {
                std::unique_lock lock{mutex};
                while (answered.empty()) {
                    waits = true;
                    some.wait(lock);
                }
                again.swap(answered);
            }
            n += pending == 0 ? 0 : again.size();
            pending += pending == 0 ? again.size() : 0;
            const auto now = clock::now();
            if (now > until) {
                pending -= again.size();
                again.clear();
                break;
            }
            for (journaling::work* each : again)
                static_cast<one_call*>(each)->began = now;
            b.writer->submit(again);
            again.clear();
        }
        return n;
    });
    b.writer->stop();
    finish(out, b, all);
    return out;
}

sample by_threads(unsigned submitters) {
    bench b{submitters};
    std::deque<one_call> all;
    std::atomic<std::uint64_t> sum{0};
    sample out = timed([&](clock::time_point until) {
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < submitters; ++i)
            all.emplace_back(b, i);
        for (one_call& mine : all) {
            threads.emplace_back([&] {
                std::atomic<int>& done = mine.done;
                mine.answered = [&] {
                    done.store(1);
                    done.notify_one();
                };
                std::uint64_t n = 0;
                for (; clock::now() < until; ++n) {
                    done = 0;
                    mine.began = clock::now();
                    b.writer->submit(mine);
                    done.wait(0);
                }
                sum += n;
            });
        }
        for (std::thread& each : threads)
            each.join();
        return sum.load();
    });
    b.writer->stop();
    finish(out, b, all);
    return out;
}

sample median(std::vector<sample> of) {
    std::sort(of.begin(), of.end(),
              [](const sample& a, const sample& b) { return a.per_second < b.per_second; });
    return of[of.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--seconds") seconds = std::atof(argv[i + 1]);
        if (name == "--runs") runs = std::atoi(argv[i + 1]);
        if (name == "--directory") place = argv[i + 1];
    }
    struct cell {
        const char* name;
        std::function<sample()> measure;
        std::vector<sample> samples = {};
    };
    std::vector<cell> cells{
        {"fdatasync of a page", bare_sync},
        {"SQLite, a commit for each call", bare_commits},
        {"journal, 1 in flight", [] { return in_flight(1); }},
        {"journal, 16 in flight", [] { return in_flight(16); }},
        {"journal, 64 in flight", [] { return in_flight(64); }},
        {"journal, 256 in flight", [] { return in_flight(256); }},
        {"journal, 1 thread", [] { return by_threads(1); }},
        {"journal, 16 threads", [] { return by_threads(16); }},
        {"journal, 64 threads", [] { return by_threads(64); }},
    };
    for (int i = 0; i < runs; ++i) {
        for (cell& each : cells)
            each.samples.push_back(each.measure());
    }
    std::printf("%-32s %10s %10s %10s %10s %10s %8s\n", "medians", "calls/s", "p50 us", "p99 us",
                "cpu us", "per commit", "ratio");
    const double single = median(cells[1].samples).per_second;
    for (cell& each : cells) {
        const sample m = median(each.samples);
        std::printf("%-32s %10.0f %10.0f %10.0f %10.1f %10.1f %8.1f\n", each.name, m.per_second,
                    m.p50_us, m.p99_us, m.cpu_us, m.per_commit, m.per_second / single);
    }
}
