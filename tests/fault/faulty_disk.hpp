// A disk in memory that fails as real ones do, at the place that a test names: for stores.
//
// Every change passes a site: writes, syncs, truncations, and what happens to names. A fault is
// planned for one of them. When the power goes, what was not synced is on the disk in part, sector
// by sector; the test then closes what it had open, restarts the disk and opens anew. All of it
// follows from the seed, and nothing touches the real disk.
#pragma once

#include "sqlite/disk.hpp"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace roi::fault {

enum class failure {
    none,
    before,       ///< The power goes before it,
    after,        ///< right after it,
    torn,         ///< in the middle of it.
    io_error,     ///< EIO. Of a sync: the pages are called clean, and are or are not on the disk.
    full,         ///< ENOSPC.
    short_write,  ///< A part is written, then EIO or ENOSPC.
};
const char* to_string(failure what);

/// What of the changes that were not synced is on the disk when the power is back.
enum class survival {
    nothing,     ///< All of them were in the cache only.
    everything,  ///< All of them were written, before the sync asked for it.
    writes,      ///< Some of them, in any order.
    sectors,     ///< Some of their sectors of 512 bytes.
};

/// Threads: one at a time.
class faulty_disk final : public sqlite::disk {
public:
    explicit faulty_disk(std::uint64_t seed);
    faulty_disk(const faulty_disk&) = delete;
    faulty_disk& operator=(const faulty_disk&) = delete;
    ~faulty_disk() override;

    /// Sites passed so far.
    std::uint64_t sites() const noexcept { return sites_; }
    /// What happened at each of them, as "write x.db-wal"; for people, and for comparing runs.
    const std::vector<std::string>& trace() const noexcept { return trace_; }
    /// At site `at`, counted from 1 and from the beginning.
    void plan(failure what, std::uint64_t at);
    /// Has the plan been carried out?
    bool has_failed() const noexcept { return planned_ == failure::none; }
    /// Bytes that files can have together; 0: as many as they like.
    void set_capacity(std::uint64_t most) noexcept { capacity_ = most; }
    std::uint64_t used() const;

    /// The power is gone: nothing changes any more, and everything that tries fails.
    bool is_dead() const noexcept { return is_dead_; }
    void lose_power() noexcept { is_dead_ = true; }
    /// The power is back. Nothing may be open.
    void restart(survival what);
    /// The process has ended, and the machine has not. Nothing may be open.
    void restart_process();

    /// All files by name, as readers see them: to damage them, or to put an older state back.
    using image = std::map<std::string, std::vector<std::byte>>;
    image take_image() const;
    /// Nothing may be open. All of it is on the disk.
    void put_image(const image& what);

    const char* vfs() const noexcept override { return name_.c_str(); }
    std::unique_ptr<lock> take(const std::filesystem::path& file, int& error) override;
    bool exists(const std::filesystem::path& file) override;
    int make(const std::filesystem::path& file) override;
    int remove(const std::filesystem::path& file) override;
    int rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    int sync(const std::filesystem::path& file_or_directory) override;
    int reserve(const std::filesystem::path& file, std::uint64_t size) override;

private:
    using bytes = std::vector<std::byte>;
    struct change {
        std::uint64_t at = 0;  // where, or the new size of a truncation
        bytes what = {};
        bool is_truncation = false;
    };
    struct node {
        bytes now;      // what readers see
        bytes durable;  // what is on the disk
        std::vector<change> pending;
        std::set<std::uint64_t> lost;  // sectors that are called clean, and are not on the disk
        bool syncs_name = false;       // with its first sync, as SQLite does for logs
        std::uint64_t reserved = 0;    // takes up room without content
    };
    using directory = std::map<std::string, std::shared_ptr<node>>;
    struct handle;
    struct hooks;
    class held_lock;

    failure pass(const char* what, const std::string& file);
    int system_error(failure what) noexcept;
    void note_names();
    void sync_names();
    node& made(const std::string& path);
    bool has_room(std::uint64_t more) const;
    int write(node& to, const std::string& name, std::span<const std::byte> from, std::uint64_t at);
    int truncate(node& of, const std::string& name, std::uint64_t size);
    int sync_node(node& of, const std::string& name);
    static void apply(bytes& to, const change& one);
    void apply_some(node& to, const change& one, survival how);
    bool coin() { return (random_() & 1) != 0; }

    std::string name_;
    sqlite3_vfs vfs_{};
    std::mt19937_64 random_;
    std::uint64_t sites_ = 0;
    std::vector<std::string> trace_;
    failure planned_ = failure::none;
    std::uint64_t planned_at_ = 0;
    std::uint64_t capacity_ = 0;
    bool is_dead_ = false;

    directory now_;
    // The names as they were after each change that was not synced; the first is what is durable.
    std::vector<directory> names_;
    std::set<std::string> held_;
};

}  // namespace roi::fault
