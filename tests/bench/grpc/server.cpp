// The rival's server, in the three styles that gRPC offers: sync, cq (completion queues), callback.
#include "bench.grpc.pb.h"
#include "common/measure.hpp"

#include <grpcpp/grpcpp.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

using bench::grpc_rival::Bench;
using bench::grpc_rival::Blob;
using bench::grpc_rival::Number;
using bench::grpc_rival::Pair;
using bench::grpc_rival::Records;
using bench::grpc_rival::Text;

namespace {

void run(const Pair& in, Number& out) {
    out.set_value(in.a() + in.b());
}
void run(const Text& in, Text& out) {
    out.set_value(in.value());
}
void run(const Blob& in, Blob& out) {
    out.set_value(in.value());
}
void run(const Records& in, Records& out) {
    out = in;
}
void run(const Text&, Number& out) {
    out.set_value(10'000);
}

class sync_service final : public Bench::Service {
    using context = grpc::ServerContext;
    grpc::Status Add(context*, const Pair* in, Number* out) override { return done(in, out); }
    grpc::Status Echo(context*, const Text* in, Text* out) override { return done(in, out); }
    grpc::Status EchoBytes(context*, const Blob* in, Blob* out) override { return done(in, out); }
    grpc::Status EchoRecords(context*, const Records* in, Records* out) override {
        return done(in, out);
    }
    grpc::Status Balance(context*, const Text* in, Number* out) override { return done(in, out); }

    template <class In, class Out>
    static grpc::Status done(const In* in, Out* out) {
        run(*in, *out);
        return grpc::Status::OK;
    }
};

class callback_service final : public Bench::CallbackService {
    using context = grpc::CallbackServerContext;
    using reactor = grpc::ServerUnaryReactor;
    reactor* Add(context* c, const Pair* in, Number* out) override { return done(c, in, out); }
    reactor* Echo(context* c, const Text* in, Text* out) override { return done(c, in, out); }
    reactor* EchoBytes(context* c, const Blob* in, Blob* out) override { return done(c, in, out); }
    reactor* EchoRecords(context* c, const Records* in, Records* out) override {
        return done(c, in, out);
    }
    reactor* Balance(context* c, const Text* in, Number* out) override { return done(c, in, out); }

    template <class In, class Out>
    static reactor* done(context* c, const In* in, Out* out) {
        run(*in, *out);
        reactor* const answer = c->DefaultReactor();
        answer->Finish(grpc::Status::OK);
        return answer;
    }
};

// One call of a completion-queue server: asked for, run, answered, replaced by the next.
class queued_call {
public:
    virtual ~queued_call() = default;
    virtual void proceed(bool good) = 0;
};

template <class In, class Out>
class typed_call final : public queued_call {
public:
    using request_method = void (Bench::AsyncService::*)(grpc::ServerContext*, In*,
                                                         grpc::ServerAsyncResponseWriter<Out>*,
                                                         grpc::CompletionQueue*,
                                                         grpc::ServerCompletionQueue*, void*);

    typed_call(Bench::AsyncService& service, grpc::ServerCompletionQueue& queue,
               request_method request)
        : service_(service), queue_(queue), request_(request) {
        ask();
    }

    void proceed(bool good) override {
        if (!good) {
            delete this;
            return;
        }
        if (!answered_) {
            run(call_->in, call_->out);
            answered_ = true;
            call_->writer.Finish(call_->out, grpc::Status::OK, this);
        } else {
            ask();
        }
    }

private:
    struct one {
        grpc::ServerContext context;
        grpc::ServerAsyncResponseWriter<Out> writer{&context};
        In in;
        Out out;
    };

    void ask() {
        call_ = std::make_unique<one>();
        answered_ = false;
        (service_.*request_)(&call_->context, &call_->in, &call_->writer, &queue_, &queue_, this);
    }

    Bench::AsyncService& service_;
    grpc::ServerCompletionQueue& queue_;
    request_method request_;
    std::unique_ptr<one> call_;
    bool answered_ = false;
};

void serve_queue(Bench::AsyncService& service, grpc::ServerCompletionQueue& queue) {
    using service_type = Bench::AsyncService;
    for (int i = 0; i < 128; ++i)
        new typed_call<Pair, Number>(service, queue, &service_type::RequestAdd);
    for (int i = 0; i < 4; ++i) {
        new typed_call<Text, Text>(service, queue, &service_type::RequestEcho);
        new typed_call<Blob, Blob>(service, queue, &service_type::RequestEchoBytes);
        new typed_call<Records, Records>(service, queue, &service_type::RequestEchoRecords);
        new typed_call<Text, Number>(service, queue, &service_type::RequestBalance);
    }
    void* tag = nullptr;
    bool good = false;
    while (queue.Next(&tag, &good))
        static_cast<queued_call*>(tag)->proceed(good);
}

}  // namespace

int main(int argc, char** argv) {
    const bench::arguments how = bench::parse_server(argc, argv);
    const std::string mode = how.mode.empty() ? "sync" : how.mode;
    bench::check(mode == "sync" || mode == "cq" || mode == "callback",
                 "the mode is sync, cq or callback");

    // The signal is waited for by main alone; threads made from here on never see it.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    sync_service sync;
    callback_service callback;
    Bench::AsyncService async;
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(64 << 20);
    int port = 0;
    builder.AddListeningPort(
        how.is_unix() ? "unix:" + how.path() : "127.0.0.1:" + std::to_string(how.port()),
        grpc::InsecureServerCredentials(), &port);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    if (mode == "sync") {
        builder.RegisterService(&sync);
    } else if (mode == "callback") {
        builder.RegisterService(&callback);
    } else {
        builder.RegisterService(&async);
        for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
            queues.push_back(builder.AddCompletionQueue());
    }
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    bench::check(server != nullptr, "the server did not start");
    std::vector<std::thread> threads;
    for (const auto& queue : queues)
        threads.emplace_back([&async, &queue] { serve_queue(async, *queue); });
    std::printf("ready %s\n",
                how.is_unix() ? how.address.c_str() : ("tcp:" + std::to_string(port)).c_str());
    std::fflush(stdout);

    int signal = 0;
    sigwait(&ends, &signal);
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    for (const auto& queue : queues)
        queue->Shutdown();
    for (std::thread& thread : threads)
        thread.join();
}
