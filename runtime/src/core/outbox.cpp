// What waits to be written on one connection.
#include "core/outbox.hpp"

#include <algorithm>
#include <utility>

namespace roi::core {

std::uint64_t outbox::put(std::span<const std::byte> frames) {
    const std::uint64_t position = base_ + (writing_.size() - head_octets_) + waiting_.size();
    waiting_.insert(waiting_.end(), frames.begin(), frames.end());
    return position;
}

void outbox::put_large(std::uint64_t id, bool of_reply,
                       std::shared_ptr<const wire::buffer> message) {
    large_octets_ += message->size();
    large_.push_back({id, std::move(message), 0, of_reply, false});
}

void outbox::drop_large(std::uint64_t id, bool of_reply) noexcept {
    for (auto entry = large_.begin(); entry != large_.end(); ++entry) {
        if (entry->id != id || entry->of_reply != of_reply) continue;
        // The part on its way must be finished: its length stands in its head.
        if (entry == large_.begin() && segment()) {
            entry->dropped = true;
        } else {
            large_octets_ -= entry->message->size();
            large_.erase(entry);
        }
        return;
    }
}

bool outbox::take_back(std::uint64_t position, std::size_t frame_size) noexcept {
    const std::uint64_t waiting_from = base_ + (writing_.size() - head_octets_);
    std::byte* at = nullptr;
    if (position >= waiting_from) {
        at = waiting_.data() + (position - waiting_from);
    } else if (!in_flight_ && position >= base_ + written_) {
        at = writing_.data() + (position - base_);
    }
    if (at == nullptr) return false;
    blank_frame({at + length_prefix, frame_size - length_prefix});
    return true;
}

void outbox::pop_large() noexcept {
    large_octets_ -= large_.front().message->size();
    large_.pop_front();
}

outbox::pieces outbox::next() {
    pieces out;
    if (!segment()) {
        base_ += writing_.size() - head_octets_;
        writing_.clear();
        written_ = head_octets_ = 0;
        writing_.swap(waiting_);
        while (!large_.empty() && large_.front().dropped)
            pop_large();
        if (!large_.empty()) {
            auto& front = large_.front();
            part_left_ = std::min(bounds_->chunk, front.message->size() - front.sent);
            wire::writer head;
            put_chunk_head(head, front.id, front.of_reply, part_left_);
            writing_.insert(writing_.end(), head.bytes().begin(), head.bytes().end());
            head_octets_ = head.size();
        }
    }
    out[0] = std::span{writing_}.subspan(written_);
    if (part_left_ > 0) {
        const auto& front = large_.front();
        out[1] = front.message->bytes().subspan(front.sent, part_left_);
    }
    in_flight_ = !out[0].empty() || !out[1].empty();
    return out;
}

void outbox::wrote(std::size_t count) noexcept {
    in_flight_ = false;
    const std::size_t small = std::min(count, writing_.size() - written_);
    written_ += small;
    count -= small;
    if (count == 0 || part_left_ == 0) return;
    auto& front = large_.front();
    const std::size_t part = std::min(count, part_left_);
    front.sent += part;
    part_left_ -= part;
    if (part_left_ > 0) return;
    if (front.dropped || front.sent == front.message->size()) {
        pop_large();
    } else if (large_.size() > 1) {
        // The next message has its turn.
        large_.push_back(std::move(front));
        large_.pop_front();
    }
}

void outbox::idle() noexcept {
    constexpr std::size_t kept = 512;
    if (waiting_.empty() && waiting_.capacity() > kept) waiting_.shrink_to_fit();
    if (segment() || writing_.capacity() <= kept) return;
    base_ += writing_.size() - head_octets_;
    writing_.clear();
    written_ = head_octets_ = 0;
    writing_.shrink_to_fit();
}

}  // namespace roi::core
