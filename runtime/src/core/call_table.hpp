// A map from call ids to records: open addressing, no allocation per call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace roi::core {

/// Keys are call ids, never 0. Ids that a peer chose are spread by a secret multiplier, so that
/// chosen ids cannot make long rows of neighbours.
template <class Value>
class call_table {
public:
    explicit call_table(std::uint64_t secret = 0x9E3779B97F4A7C15u) : multiplier_(secret | 1) {}

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    Value* find(std::uint64_t id) noexcept {
        if (size_ == 0 || id == 0) return nullptr;
        for (std::size_t at = place(id);; at = (at + 1) & mask()) {
            if (slots_[at].id == id) return &slots_[at].value;
            if (slots_[at].id == 0) return nullptr;
        }
    }

    /// `id` must not be there.
    Value& insert(std::uint64_t id, Value value) {
        if ((size_ + 1) * 2 > slots_.size()) grow();
        std::size_t at = place(id);
        while (slots_[at].id != 0)
            at = (at + 1) & mask();
        slots_[at].id = id;
        slots_[at].value = std::move(value);
        ++size_;
        return slots_[at].value;
    }

    bool erase(std::uint64_t id) {
        if (size_ == 0 || id == 0) return false;
        std::size_t at = place(id);
        while (slots_[at].id != id) {
            if (slots_[at].id == 0) return false;
            at = (at + 1) & mask();
        }
        // Close the gap: move back whatever would no longer be found past the empty slot.
        std::size_t gap = at;
        for (std::size_t next = (at + 1) & mask(); slots_[next].id != 0;
             next = (next + 1) & mask()) {
            const std::size_t home = place(slots_[next].id);
            if (((next - home) & mask()) >= ((next - gap) & mask())) {
                slots_[gap] = std::move(slots_[next]);
                gap = next;
            }
        }
        slots_[gap].id = 0;
        slots_[gap].value = Value{};
        --size_;
        return true;
    }

    template <class Visit>
    void for_each(Visit&& visit) {
        if (size_ == 0) return;
        for (auto& entry : slots_)
            if (entry.id != 0) visit(entry.id, entry.value);
    }

    void clear() {
        slots_.clear();
        slots_.shrink_to_fit();
        size_ = 0;
    }

private:
    struct slot {
        std::uint64_t id = 0;
        Value value{};
    };
    std::size_t mask() const noexcept { return slots_.size() - 1; }
    std::size_t place(std::uint64_t id) const noexcept {
        return static_cast<std::size_t>((id * multiplier_) >> 32) & mask();
    }
    void grow() {
        std::vector<slot> old(slots_.empty() ? 16 : slots_.size() * 2);
        old.swap(slots_);
        for (auto& entry : old) {
            if (entry.id == 0) continue;
            std::size_t at = place(entry.id);
            while (slots_[at].id != 0)
                at = (at + 1) & mask();
            slots_[at] = std::move(entry);
        }
    }

    std::vector<slot> slots_;
    std::size_t size_ = 0;
    std::uint64_t multiplier_;
};

}  // namespace roi::core
