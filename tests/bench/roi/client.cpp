// ROI's client of the benchmark: blocking calls, or n in flight by callbacks.
#include "bench.roi.hpp"
#include "common/measure.hpp"

#include <roi/asio.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>

namespace {

void one_by_one(const bench::arguments& how, bench::WorkloadClient& client) {
    if (how.workload == "W1") {
        bench::measure_one_by_one(
            how, [&] { bench::check(client.add(20, 22) == 42, "20 + 22 is not 42"); });
    } else if (how.workload == "W2") {
        const std::string text(bench::text_size, 'x');
        bench::measure_one_by_one(how, [&] {
            bench::check(client.echo(text).size() == text.size(), "the echo has another size");
        });
    } else if (how.workload == "W3") {
        const std::vector<std::byte> bytes(bench::bulk_size, std::byte{'x'});
        bench::measure_one_by_one(
            how,
            [&] {
                bench::check(client.echo_bytes(bytes).size() == bytes.size(),
                             "the echo has another size");
            },
            bench::bulk_size);
    } else if (how.workload == "W5") {
        std::vector<bench::record> records(bench::record_count);
        for (std::size_t i = 0; i < records.size(); ++i) {
            records[i].id = static_cast<std::int64_t>(i) * 1'000'003;
            records[i].name = std::string(bench::name_size, 'n');
            records[i].value = static_cast<double>(i) * 0.5;
            for (std::size_t k = 0; k < bench::numbers_per_record; ++k)
                records[i].numbers.push_back(static_cast<std::int32_t>(i * 1000 + k));
        }
        bench::measure_one_by_one(how, [&] {
            bench::check(client.echo_records(records).size() == records.size(),
                         "the echo has another size");
        });
    } else if (how.workload == "bank") {
        const std::string account = "alice";
        bench::measure_one_by_one(how, [&] {
            bench::check(client.balance(account) == 10'000, "alice has another balance");
        });
    } else {
        bench::check(false, "no such workload");
    }
}

void in_flight(const bench::arguments& how, bench::WorkloadClient& client) {
    bench::in_flight_measure measure(how);
    std::mutex mutex;
    std::condition_variable finished;
    unsigned under_way = how.in_flight();
    const std::function<void()> start = [&] {
        client.async_add(20, 22)([&](std::exception_ptr error, std::int32_t sum) {
            bench::check(!error && sum == 42, "a call failed, or 20 + 22 is not 42");
            std::unique_lock lock(mutex);  // callbacks may run on several threads
            if (measure.keep_going()) {
                lock.unlock();
                start();
            } else if (--under_way == 0) {
                finished.notify_one();
            }
        });
    };
    for (unsigned i = 0; i < how.in_flight(); ++i)
        start();
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return under_way == 0; });
    measure.print();
}

}  // namespace

int main(int argc, char** argv) {
    const bench::arguments how = bench::parse_client(argc, argv);
    bench::WorkloadClient client{
        roi::at(how.is_unix() ? how.address : "tcp://127.0.0.1:" + std::to_string(how.port()))};
    if (how.in_flight() == 0)
        one_by_one(how, client);
    else
        in_flight(how, client);
}
