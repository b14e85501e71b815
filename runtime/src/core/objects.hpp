// Which object stands at which address of a runtime.
#pragma once

#include "core/channel.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace roi::core {

struct address_hash {
    // Addresses are random numbers; they need no mixing.
    std::size_t operator()(const object_address& at) const noexcept {
        return static_cast<std::size_t>(at.high ^ at.low);
    }
};

/// Addresses of objects. One object may stand at several. Safe from any thread.
template <class Object>
class object_table {
public:
    void add(const object_address& at, std::shared_ptr<Object> object) {
        const std::unique_lock lock{mutex_};
        objects_.insert_or_assign(at, std::move(object));
    }
    void remove(const Object& object, const object_address& at) {
        std::shared_ptr<Object> removed;  // destroyed after the lock: it may come back here
        const std::unique_lock lock{mutex_};
        const auto found = objects_.find(at);
        if (found == objects_.end() || found->second.get() != &object) return;
        removed = std::move(found->second);
        objects_.erase(found);
    }
    std::shared_ptr<Object> find(const object_address& at) const {
        const std::shared_lock lock{mutex_};
        const auto found = objects_.find(at);
        return found == objects_.end() ? nullptr : found->second;
    }
    std::vector<std::shared_ptr<Object>> all() const {
        const std::shared_lock lock{mutex_};
        std::vector<std::shared_ptr<Object>> result;
        result.reserve(objects_.size());
        for (const auto& [at, object] : objects_)
            result.push_back(object);
        return result;
    }

private:
    mutable std::shared_mutex mutex_;
    std::unordered_map<object_address, std::shared_ptr<Object>, address_hash> objects_;
};

}  // namespace roi::core
