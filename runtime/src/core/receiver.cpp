// Splits what arrives into frames.
#include "core/receiver.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace roi::core {
namespace {

constexpr std::size_t read_size = std::size_t{64} << 10;
constexpr std::size_t small_read_size = std::size_t{4} << 10;

// The input buffer of a connection that is being read moves from one to the next on this thread,
// so an idle connection holds none.
thread_local std::unique_ptr<std::byte[]> spare;

std::unique_ptr<std::byte[]> new_octets(std::size_t size) {
    return std::unique_ptr<std::byte[]>{new std::byte[size]};  // not zeroed on purpose
}

}  // namespace

std::span<std::byte> assembly::room(std::size_t wanted, std::size_t growth_step) {
    wanted = std::min(wanted, total_ - size_);
    if (size_ == capacity_ && wanted > 0) {
        std::size_t next = 0;
        // Memory that is there already may be given to what is only announced.
        std::byte* larger = wire::detail::acquire_kept(total_, next);
        if (!larger)
            larger =
                wire::detail::acquire(std::min(total_, std::max(growth_step, capacity_ * 4)), next);
        if (size_ > 0) std::memcpy(larger, data_, size_);
        if (data_) wire::detail::release(data_, capacity_);
        data_ = larger;
        capacity_ = next;
    }
    return {data_ + size_, std::min(wanted, capacity_ - size_)};
}

void assembly::append(std::span<const std::byte> data, std::size_t growth_step) {
    while (!data.empty()) {
        const auto place = room(data.size(), growth_step);
        if (place.empty()) return;
        std::memcpy(place.data(), data.data(), place.size());
        filled(place.size());
        data = data.subspan(place.size());
    }
}

std::size_t receiver::wanted_capacity() const noexcept {
    return open_ ? read_size : small_read_size;
}

void receiver::reserve() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (capacity_ > read_size || (open_ && capacity_ < read_size)) {
            data_.reset();
            capacity_ = 0;
        }
    }
    if (capacity_ == 0) {
        const std::size_t size = wanted_capacity();
        data_ = size == read_size && spare ? std::move(spare) : new_octets(size);
        capacity_ = size;
    }
    if (end_ < capacity_ && (begin_ == 0 || begin_ + needed_ <= capacity_)) return;
    const std::size_t held = end_ - begin_;
    if (begin_ > 0) {
        std::memmove(data_.get(), data_.get() + begin_, held);
        begin_ = 0;
        end_ = held;
        if (end_ < capacity_) return;
    }
    // Full: grows with what has come, never to what a length announced at once.
    auto larger = new_octets(capacity_ * 2);
    std::memcpy(larger.get(), data_.get(), held);
    data_ = std::move(larger);
    capacity_ *= 2;
}

std::array<std::span<std::byte>, 2> receiver::room() {
    message_ = {};
    std::span<std::byte> first;
    if (in_chunk_ && chunk_left_ > 0 && begin_ == end_ && target_)
        first = target_->room(chunk_left_, bounds_->growth_step);
    reserve();
    return {first, std::span<std::byte>{data_.get() + end_, capacity_ - end_}};
}

void receiver::received(std::size_t count) noexcept {
    if (in_chunk_ && chunk_left_ > 0 && begin_ == end_ && target_) {
        const std::size_t direct =
            std::min(count, target_->room(chunk_left_, bounds_->growth_step).size());
        target_->filled(direct);
        chunk_left_ -= direct;
        count -= direct;
    }
    end_ += count;
}

receiver::step receiver::next(chunk_frame& head, std::size_t& data_size) {
    if (!preface_seen_) {
        const std::size_t held = std::min(end_ - begin_, preface.size());
        for (std::size_t i = 0; i < held; ++i)
            if (std::to_integer<std::uint8_t>(data_[begin_ + i]) != preface[i])
                return step::foreign;
        if (held < preface.size()) return step::need_more;
        begin_ += preface.size();
        preface_seen_ = true;
        return step::preface_done;
    }
    if (in_chunk_) {
        const std::size_t here = std::min(chunk_left_, end_ - begin_);
        if (target_) target_->append({data_.get() + begin_, here}, bounds_->growth_step);
        begin_ += here;
        chunk_left_ -= here;
        if (chunk_left_ > 0) return step::need_more;
        in_chunk_ = false;
        return step::chunk_done;
    }
    const std::size_t held = end_ - begin_;
    if (held < length_prefix) {
        needed_ = length_prefix;
        return step::need_more;
    }
    std::uint32_t size = 0;
    for (unsigned i = 0; i < length_prefix; ++i)
        size |= std::to_integer<std::uint32_t>(data_[begin_ + i]) << (8 * i);
    const std::size_t bound =
        open_ ? bounds_->max_message + limits::frame_overhead : bounds_->before_hello;
    if (size > bound) return step::too_large;

    const std::span<const std::byte> here{data_.get() + begin_ + length_prefix,
                                          held - length_prefix};
    if (open_) {
        const auto front = here.first(std::min<std::size_t>(here.size(), size));
        if (const std::size_t taken = peek_chunk_head(front, size, head, data_size); taken > 0) {
            begin_ += length_prefix + taken;
            needed_ = 0;
            in_chunk_ = true;
            chunk_left_ = data_size;
            return step::chunk;
        }
    }
    if (here.size() < size) {
        needed_ = length_prefix + size;
        return step::need_more;
    }
    needed_ = 0;
    message_ = here.first(size);
    begin_ += length_prefix + size;
    return step::frame;
}

void receiver::idle() noexcept {
    message_ = {};
    if (begin_ == end_) {
        if (capacity_ == read_size && !spare) spare = std::move(data_);
        data_.reset();
        capacity_ = begin_ = end_ = 0;
        return;
    }
    // A few octets of a frame: kept in a buffer of their size.
    const std::size_t held = end_ - begin_;
    if (capacity_ <= small_read_size || held > small_read_size) return;
    std::unique_ptr<std::byte[]> fitting{new (std::nothrow) std::byte[small_read_size]};
    if (!fitting) return;
    std::memcpy(fitting.get(), data_.get() + begin_, held);
    if (capacity_ == read_size && !spare) spare = std::move(data_);
    data_ = std::move(fitting);
    capacity_ = small_read_size;
    begin_ = 0;
    end_ = held;
}

}  // namespace roi::core
