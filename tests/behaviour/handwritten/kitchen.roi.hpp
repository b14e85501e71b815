// Client and server of demo::Kitchen. Written by hand as idlc would write it, from kitchen.hpp.
#pragma once

#include "behaviour/handwritten/kitchen.hpp"

#include <roi/generated.hpp>

#if ROI_GENERATED_VERSION != 1
#error "kitchen.roi.hpp was generated for another version of ROI; run idlc again"
#endif

namespace demo {

class KitchenClient {
public:
    explicit KitchenClient(roi::target object = {});
    explicit KitchenClient(roi::reference object) noexcept;
    KitchenClient(const KitchenClient&) = default;
    KitchenClient(KitchenClient&&) = default;
    KitchenClient& operator=(const KitchenClient&) = default;
    KitchenClient& operator=(KitchenClient&&) = default;
    virtual ~KitchenClient() = default;

    virtual std::string echo(const std::string& text);
    roi::call<std::string> async_echo(const std::string& text) const;
    virtual int add(int a, int b);
    roi::call<int> async_add(int a, int b) const;
    virtual int swap(std::string& a, std::string& b);
    roi::call<int, std::string, std::string> async_swap(const std::string& a,
                                                        const std::string& b) const;
    virtual void fail(const std::string& kind);
    roi::call<> async_fail(const std::string& kind) const;
    virtual void nothing();
    roi::call<> async_nothing() const;
    virtual void hold();
    roi::call<> async_hold() const;
    virtual void hold_together();
    roi::call<> async_hold_together() const;
    virtual void hold_on_worker();
    roi::call<> async_hold_on_worker() const;
    virtual bool wait_until_cancelled();
    roi::call<bool> async_wait_until_cancelled() const;
    virtual std::string ask(const std::string& name, const std::string& text);
    roi::call<std::string> async_ask(const std::string& name, const std::string& text) const;
    virtual int bounce(const std::string& self, const std::string& via, int depth);
    roi::call<int> async_bounce(const std::string& self, const std::string& via, int depth) const;
    virtual bool ask_to_wait(const std::string& name);
    roi::call<bool> async_ask_to_wait(const std::string& name) const;
    virtual void ask_to_hold(const std::string& name, int milliseconds);
    roi::call<> async_ask_to_hold(const std::string& name, int milliseconds) const;
    virtual void hold_and_ask(const std::string& name);
    roi::call<> async_hold_and_ask(const std::string& name) const;
    virtual std::string who();
    roi::call<std::string> async_who() const;
    virtual std::int64_t milliseconds_left();
    roi::call<std::int64_t> async_milliseconds_left() const;
    virtual std::int64_t milliseconds_left_inside(const std::string& name, bool detached);
    roi::call<std::int64_t> async_milliseconds_left_inside(const std::string& name,
                                                           bool detached) const;
    virtual int add_later(int a, int b, int milliseconds);
    roi::call<int> async_add_later(int a, int b, int milliseconds) const;
    virtual std::string ask_later(const std::string& name, const std::string& text);
    roi::call<std::string> async_ask_later(const std::string& name, const std::string& text) const;
    virtual void fail_later(const std::string& kind);
    roi::call<> async_fail_later(const std::string& kind) const;
    virtual int bounce_later(const std::string& self, const std::string& via, int depth);
    roi::call<int> async_bounce_later(const std::string& self, const std::string& via,
                                      int depth) const;
    virtual void wait_later();
    roi::call<> async_wait_later() const;

    KitchenClient with(const roi::call_options& options) const;

    const roi::reference& roi_reference() const noexcept { return object_; }
    static const roi::generated::interface roi_interface;

protected:
    roi::reference object_;
};

class KitchenServer final : public Kitchen {
public:
    KitchenServer();
    explicit KitchenServer(roi::publication where);
    KitchenServer(const KitchenServer&) = delete;
    KitchenServer& operator=(const KitchenServer&) = delete;
    ~KitchenServer();

    const roi::servant& roi_servant() const noexcept { return servant_; }

private:
    roi::servant servant_;
};

roi::generated::exported roi_export(Kitchen& object) noexcept;

}  // namespace demo
