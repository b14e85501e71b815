// The rival's client: blocking calls, or n in flight with a completion queue (cq) or callbacks.
#include "bench.grpc.pb.h"
#include "common/measure.hpp"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

using bench::grpc_rival::Bench;
using bench::grpc_rival::Blob;
using bench::grpc_rival::Number;
using bench::grpc_rival::Pair;
using bench::grpc_rival::Records;
using bench::grpc_rival::Text;

namespace {

void check(const grpc::Status& status) {
    bench::check(status.ok(), status.error_message().c_str());
}

void one_by_one(const bench::arguments& how, Bench::Stub& stub) {
    if (how.workload == "W1") {
        bench::measure_one_by_one(how, [&] {
            grpc::ClientContext context;
            Pair in;
            Number out;
            in.set_a(20);
            in.set_b(22);
            check(stub.Add(&context, in, &out));
            bench::check(out.value() == 42, "20 + 22 is not 42");
        });
    } else if (how.workload == "W2") {
        Text in;
        in.set_value(std::string(bench::text_size, 'x'));
        bench::measure_one_by_one(how, [&] {
            grpc::ClientContext context;
            Text out;
            check(stub.Echo(&context, in, &out));
            bench::check(out.value().size() == bench::text_size, "the echo has another size");
        });
    } else if (how.workload == "W3") {
        Blob in;
        in.set_value(std::string(bench::bulk_size, 'x'));
        bench::measure_one_by_one(
            how,
            [&] {
                grpc::ClientContext context;
                Blob out;
                check(stub.EchoBytes(&context, in, &out));
                bench::check(out.value().size() == bench::bulk_size, "the echo has another size");
            },
            bench::bulk_size);
    } else if (how.workload == "W5") {
        Records in;
        for (std::size_t i = 0; i < bench::record_count; ++i) {
            auto& record = *in.add_records();
            record.set_id(static_cast<std::int64_t>(i) * 1'000'003);
            record.set_name(std::string(bench::name_size, 'n'));
            record.set_value(static_cast<double>(i) * 0.5);
            for (std::size_t k = 0; k < bench::numbers_per_record; ++k)
                record.add_numbers(static_cast<std::int32_t>(i * 1000 + k));
        }
        bench::measure_one_by_one(how, [&] {
            grpc::ClientContext context;
            Records out;
            check(stub.EchoRecords(&context, in, &out));
            bench::check(out.records_size() == static_cast<int>(bench::record_count),
                         "the echo has another size");
        });
    } else if (how.workload == "bank") {
        Text in;
        in.set_value("alice");
        bench::measure_one_by_one(how, [&] {
            grpc::ClientContext context;
            Number out;
            check(stub.Balance(&context, in, &out));
            bench::check(out.value() == 10'000, "alice has another balance");
        });
    } else {
        bench::check(false, "no such workload");
    }
}

// What one call in flight holds. A context serves one call only.
struct slot {
    Pair in;
    Number out;
    grpc::Status status;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Number>> reader;
};

std::vector<slot> make_slots(unsigned n) {
    std::vector<slot> slots(n);
    for (slot& s : slots) {
        s.in.set_a(20);
        s.in.set_b(22);
    }
    return slots;
}

void check(const slot& s) {
    check(s.status);
    bench::check(s.out.value() == 42, "20 + 22 is not 42");
}

void completion_queue(const bench::arguments& how, Bench::Stub& stub) {
    std::vector<slot> slots = make_slots(how.in_flight());
    grpc::CompletionQueue queue;
    const auto start = [&](slot& s) {
        s.context = std::make_unique<grpc::ClientContext>();
        s.reader = stub.AsyncAdd(s.context.get(), s.in, &queue);
        s.reader->Finish(&s.out, &s.status, &s);
    };
    bench::in_flight_measure measure(how);
    for (slot& s : slots)
        start(s);
    std::size_t under_way = slots.size();
    while (under_way > 0) {
        void* tag = nullptr;
        bool good = false;
        bench::check(queue.Next(&tag, &good) && good, "the completion queue ended");
        slot& s = *static_cast<slot*>(tag);
        check(s);
        if (measure.keep_going())
            start(s);
        else
            --under_way;
    }
    queue.Shutdown();
    measure.print();
}

void callbacks(const bench::arguments& how, Bench::Stub& stub) {
    std::vector<slot> slots = make_slots(how.in_flight());
    bench::in_flight_measure measure(how);
    std::mutex mutex;
    std::condition_variable finished;
    std::size_t under_way = slots.size();
    std::function<void(slot&)> start = [&](slot& s) {
        s.context = std::make_unique<grpc::ClientContext>();
        stub.async()->Add(s.context.get(), &s.in, &s.out,
                          [&, slot_of_call = &s](grpc::Status status) {
                              slot_of_call->status = std::move(status);
                              check(*slot_of_call);
                              std::unique_lock lock(mutex);  // callbacks run on several threads
                              if (measure.keep_going()) {
                                  lock.unlock();
                                  start(*slot_of_call);
                              } else if (--under_way == 0) {
                                  finished.notify_one();
                              }
                          });
    };
    for (slot& s : slots)
        start(s);
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return under_way == 0; });
    measure.print();
}

}  // namespace

int main(int argc, char** argv) {
    const bench::arguments how = bench::parse_client(argc, argv);
    grpc::ChannelArguments options;
    options.SetMaxReceiveMessageSize(64 << 20);
    const auto channel = grpc::CreateCustomChannel(
        how.is_unix() ? "unix:" + how.path() : "127.0.0.1:" + std::to_string(how.port()),
        grpc::InsecureChannelCredentials(), options);
    const auto stub = Bench::NewStub(channel);
    if (how.in_flight() == 0)
        one_by_one(how, *stub);
    else if (how.mode == "callback")
        callbacks(how, *stub);
    else
        completion_queue(how, *stub);
}
