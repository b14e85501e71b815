// Files as their content in the cache, their content on the disk, and the changes in between.
#include "fault/faulty_disk.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>

namespace roi::fault {
namespace {

constexpr std::uint64_t sector = 512;

std::string plain(const std::filesystem::path& path) {
    return path.filename().string();
}

}  // namespace

const char* to_string(failure what) {
    static constexpr std::array names{"none", "before", "after", "torn", "EIO", "ENOSPC", "short"};
    return names[static_cast<std::size_t>(what)];
}

// SQLite's functions.

struct faulty_disk::handle {
    sqlite3_file base;
    faulty_disk* on;
    std::shared_ptr<node>* of;  // null after close
    std::string* name;          // empty: temporary
};

struct faulty_disk::hooks {
    static handle& of(sqlite3_file* f) { return *reinterpret_cast<handle*>(f); }
    static faulty_disk& of(sqlite3_vfs* v) { return *static_cast<faulty_disk*>(v->pAppData); }

    static int close(sqlite3_file* f) {
        handle& h = of(f);
        delete h.of;
        delete h.name;
        h.of = nullptr;
        h.name = nullptr;
        return SQLITE_OK;
    }
    static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        const bytes& from = (*of(f).of)->now;
        const auto start = std::min(static_cast<std::size_t>(at), from.size());
        const auto count = std::min(static_cast<std::size_t>(size), from.size() - start);
        if (count > 0) std::memcpy(to, from.data() + start, count);
        if (count == static_cast<std::size_t>(size)) return SQLITE_OK;
        std::memset(static_cast<std::byte*>(to) + count, 0, static_cast<std::size_t>(size) - count);
        return SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
        handle& h = of(f);
        const int error = h.on->write(
            **h.of, *h.name, {static_cast<const std::byte*>(from), static_cast<std::size_t>(size)},
            static_cast<std::uint64_t>(at));
        errno = error;
        return error == 0 ? SQLITE_OK : error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    static int truncate(sqlite3_file* f, sqlite3_int64 size) {
        handle& h = of(f);
        errno = h.on->truncate(**h.of, *h.name, static_cast<std::uint64_t>(size));
        return errno == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
    }
    static int sync(sqlite3_file* f, int) {
        handle& h = of(f);
        const int error = h.on->sync_node(**h.of, *h.name);
        errno = error;
        return error == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
    }
    static int size(sqlite3_file* f, sqlite3_int64* out) {
        *out = static_cast<sqlite3_int64>((*of(f).of)->now.size());
        return SQLITE_OK;
    }
    // Who comes second is a matter of the lock files here.
    static int lock(sqlite3_file*, int) { return SQLITE_OK; }
    static int reserved(sqlite3_file*, int* out) {
        *out = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return 4096; }
    static int device(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int open(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out) {
        static constexpr sqlite3_io_methods methods{
            1,       close,   read,     write,   truncate,    sync,   size,
            lock,    lock,    reserved, control, sector_size, device, nullptr,
            nullptr, nullptr, nullptr,  nullptr, nullptr};
        faulty_disk& disk = of(v);
        f->pMethods = nullptr;
        const std::string name = path ? plain(path) : std::string{};
        std::shared_ptr<node> opened;
        if (name.empty()) {
            opened = std::make_shared<node>();
        } else if (const auto at = disk.now_.find(name); at != disk.now_.end()) {
            opened = at->second;
        } else if ((flags & SQLITE_OPEN_CREATE) == 0 || disk.is_dead_) {
            return SQLITE_CANTOPEN;
        } else {
            node& one = disk.made(name);
            one.syncs_name = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL |
                                       SQLITE_OPEN_SUPER_JOURNAL)) != 0;
            opened = disk.now_[name];
        }
        handle& h = *::new (static_cast<void*>(f)) handle{};
        h.base.pMethods = &methods;
        h.on = &disk;
        h.of = new std::shared_ptr<node>{std::move(opened)};
        h.name = new std::string{name};
        if (out) *out = flags;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* v, const char* path, int sync_directory) {
        faulty_disk& disk = of(v);
        if (disk.now_.count(plain(path)) == 0) return SQLITE_IOERR_DELETE_NOENT;
        errno = disk.remove(path);
        if (errno != 0) return SQLITE_IOERR_DELETE;
        if (sync_directory == 0) return SQLITE_OK;
        errno = disk.sync("/");
        return errno == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
    }
    static int access(sqlite3_vfs* v, const char* path, int how, int* out) {
        const directory& names = of(v).now_;
        const auto at = names.find(plain(path));
        // As the system's layer: an empty log or journal is none.
        *out = at != names.end() && (how != SQLITE_ACCESS_EXISTS || !at->second->now.empty());
        return SQLITE_OK;
    }
    static int full_name(sqlite3_vfs*, const char* path, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", path);
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs* v, int size, char* out) {
        for (int i = 0; i < size; ++i)
            out[i] = static_cast<char>(of(v).random_());
        return size;
    }
    static int pause(sqlite3_vfs*, int) { return 0; }
    static int time(sqlite3_vfs*, double* out) {
        *out = 2460000.5;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return errno; }
};

class faulty_disk::held_lock final : public disk::lock {
public:
    held_lock(faulty_disk& on, std::string name)
        : on_{on}, name_{std::move(name)}, is_held_{on.held_.insert(name_).second} {}
    ~held_lock() override {
        if (is_held_) on_.held_.erase(name_);
    }
    bool is_held() const noexcept override { return is_held_; }
    std::string text() const override {
        const auto at = on_.now_.find(name_);
        if (at == on_.now_.end()) return {};
        return {reinterpret_cast<const char*>(at->second->now.data()), at->second->now.size()};
    }
    int set_text(std::string_view text) noexcept override {
        const auto at = on_.now_.find(name_);
        if (at == on_.now_.end()) return EIO;
        const std::shared_ptr<node> file = at->second;
        if (const int error = on_.write(*file, name_, std::as_bytes(std::span{text}), 0)) {
            return error;
        }
        return on_.truncate(*file, name_, text.size());
    }

private:
    faulty_disk& on_;
    std::string name_;
    bool is_held_;
};

// The disk.

faulty_disk::faulty_disk(std::uint64_t seed) : random_{seed}, names_(1) {
    static std::atomic<unsigned> made{0};
    name_ = "faulty-" + std::to_string(++made);
    vfs_.iVersion = 1;
    vfs_.szOsFile = sizeof(handle);
    vfs_.mxPathname = 512;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = hooks::open;
    vfs_.xDelete = hooks::remove;
    vfs_.xAccess = hooks::access;
    vfs_.xFullPathname = hooks::full_name;
    vfs_.xRandomness = hooks::randomness;
    vfs_.xSleep = hooks::pause;
    vfs_.xCurrentTime = hooks::time;
    vfs_.xGetLastError = hooks::last_error;
    if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw std::bad_alloc{};
    // The salts of logs come from here, and with them all that is written.
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed) | 1, nullptr);
}

faulty_disk::~faulty_disk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 0, nullptr);
}

void faulty_disk::plan(failure what, std::uint64_t at) {
    planned_ = what;
    planned_at_ = at;
}

/// What is to happen here. Dead: `before`.
failure faulty_disk::pass(const char* what, const std::string& file) {
    if (is_dead_) return failure::before;
    ++sites_;
    trace_.push_back(std::string{what} + " " + file);
    if (planned_ == failure::none || sites_ != planned_at_) return failure::none;
    const failure out = std::exchange(planned_, failure::none);
    if (out == failure::before || out == failure::after || out == failure::torn) is_dead_ = true;
    return out;
}

int faulty_disk::system_error(failure what) noexcept {
    if (what == failure::full || (what == failure::short_write && coin())) return ENOSPC;
    return EIO;
}

std::uint64_t faulty_disk::used() const {
    std::uint64_t sum = 0;
    for (const auto& [name, file] : now_)
        sum += std::max<std::uint64_t>(file->now.size(), file->reserved);
    return sum;
}

bool faulty_disk::has_room(std::uint64_t more) const {
    return capacity_ == 0 || more == 0 || used() + more <= capacity_;
}

faulty_disk::image faulty_disk::take_image() const {
    image out;
    for (const auto& [name, file] : now_)
        out[name] = file->now;
    return out;
}

void faulty_disk::put_image(const image& what) {
    now_.clear();
    for (const auto& [name, content] : what) {
        auto file = std::make_shared<node>();
        file->now = file->durable = content;
        now_[name] = std::move(file);
    }
    sync_names();
}

// Content.

void faulty_disk::apply(bytes& to, const change& one) {
    if (one.is_truncation) {
        to.resize(one.at);
        return;
    }
    if (to.size() < one.at + one.what.size()) to.resize(one.at + one.what.size());
    std::copy(one.what.begin(), one.what.end(), to.begin() + static_cast<std::ptrdiff_t>(one.at));
}

/// What reaches the disk of a change when the power goes.
void faulty_disk::apply_some(node& to, const change& one, survival how) {
    if (how == survival::nothing) return;
    if (how == survival::everything || ((how == survival::writes || one.is_truncation) && coin())) {
        apply(to.durable, one);
    }
    if (how != survival::sectors || one.is_truncation) return;
    for (std::uint64_t from = 0; from < one.what.size();) {
        const std::uint64_t end = std::min<std::uint64_t>(
            one.what.size(), ((one.at + from) / sector + 1) * sector - one.at);
        if (coin()) {
            apply(to.durable, {one.at + from, bytes(one.what.begin() + static_cast<long>(from),
                                                    one.what.begin() + static_cast<long>(end))});
        }
        from = end;
    }
}

int faulty_disk::write(node& to, const std::string& name, std::span<const std::byte> from,
                       std::uint64_t at) {
    change whole{at, bytes(from.begin(), from.end())};
    if (name.empty()) {  // temporary: no fault of it can matter
        apply(to.now, whole);
        return 0;
    }
    const failure what = pass("write", name);
    const std::uint64_t end = at + from.size();
    const auto keep = [&](change one) {
        apply(to.now, one);
        for (std::uint64_t s = one.at / sector; s * sector < one.at + one.what.size(); ++s)
            to.lost.erase(s);
        to.pending.push_back(std::move(one));
    };
    switch (what) {
        case failure::none:
        case failure::after:
            if (!has_room(end > to.now.size() ? end - to.now.size() : 0)) return ENOSPC;
            keep(std::move(whole));
            return 0;
        case failure::torn:
            // Some sectors of it were on their way.
            for (std::uint64_t from_byte = 0; from_byte < from.size(); from_byte += sector) {
                const auto piece =
                    from.subspan(from_byte, std::min<std::size_t>(sector, from.size() - from_byte));
                if (coin()) keep({at + from_byte, bytes(piece.begin(), piece.end())});
            }
            return EIO;
        case failure::short_write: {
            const auto part = static_cast<std::ptrdiff_t>(random_() % (from.size() + 1));
            keep({at, bytes(from.begin(), from.begin() + part)});
            return system_error(what);
        }
        default:
            return system_error(what);
    }
}

int faulty_disk::truncate(node& of, const std::string& name, std::uint64_t size) {
    const change one{size, {}, true};
    if (name.empty()) {
        apply(of.now, one);
        return 0;
    }
    const failure what = pass("truncate", name);
    if (what == failure::none || what == failure::after || (what == failure::torn && coin())) {
        apply(of.now, one);
        of.pending.push_back(one);
        return 0;
    }
    return system_error(what);
}

int faulty_disk::sync_node(node& of, const std::string& name) {
    if (name.empty()) return 0;
    const failure what = pass("sync", name);
    switch (what) {
        case failure::none:
        case failure::after:
            for (const change& each : of.pending)
                apply(of.durable, each);
            of.pending.clear();
            if (std::exchange(of.syncs_name, false)) sync_names();
            return 0;
        case failure::before:
            return EIO;
        case failure::torn:
            for (const change& each : of.pending)
                apply_some(of, each, survival::sectors);
            return EIO;
        default:
            // Each page either got there or did not; all of them are called clean. A later sync
            // has nothing to do, and says that all is well.
            for (const change& each : of.pending) {
                if (coin()) {
                    apply(of.durable, each);
                } else {
                    for (std::uint64_t s = each.at / sector;
                         s * sector < each.at + each.what.size(); ++s)
                        of.lost.insert(s);
                }
            }
            of.pending.clear();
            return system_error(what);
    }
}

// Names.

faulty_disk::node& faulty_disk::made(const std::string& path) {
    auto& at = now_[path];
    if (!at) {
        at = std::make_shared<node>();
        note_names();
    }
    return *at;
}

void faulty_disk::note_names() {
    names_.push_back(now_);
}

void faulty_disk::sync_names() {
    names_.assign(1, now_);
}

std::unique_ptr<sqlite::disk::lock> faulty_disk::take(const std::filesystem::path& file,
                                                      int& error) {
    const std::string name = plain(file);
    if (is_dead_) {
        error = EIO;
        return nullptr;
    }
    made(name);
    return std::make_unique<held_lock>(*this, name);
}

bool faulty_disk::exists(const std::filesystem::path& file) {
    return now_.count(plain(file)) != 0;
}

int faulty_disk::make(const std::filesystem::path& file) {
    if (exists(file)) return EEXIST;
    const failure what = pass("make", plain(file));
    if (what == failure::none || what == failure::after || (what == failure::torn && coin())) {
        made(plain(file));
        return 0;
    }
    return system_error(what);
}

int faulty_disk::remove(const std::filesystem::path& file) {
    if (!exists(file)) return 0;
    const failure what = pass("remove", plain(file));
    if (what == failure::none || what == failure::after || (what == failure::torn && coin())) {
        now_.erase(plain(file));
        note_names();
        return 0;
    }
    return system_error(what);
}

int faulty_disk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const failure what = pass("rename", plain(from));
    if (what == failure::none || what == failure::after || (what == failure::torn && coin())) {
        const auto at = now_.find(plain(from));
        if (at == now_.end()) return ENOENT;
        now_[plain(to)] = at->second;
        now_.erase(plain(from));
        note_names();
        return 0;
    }
    return system_error(what);
}

int faulty_disk::sync(const std::filesystem::path& path) {
    const auto at = now_.find(plain(path));
    if (at != now_.end()) return sync_node(*at->second, plain(path));
    const failure what = pass("sync", "directory");
    if (what == failure::none || what == failure::after || (what == failure::torn && coin())) {
        sync_names();
        return 0;
    }
    return system_error(what);
}

int faulty_disk::reserve(const std::filesystem::path& file, std::uint64_t size) {
    const failure what = pass("reserve", plain(file));
    if (what != failure::none && what != failure::after) return system_error(what);
    const auto at = now_.find(plain(file));
    const std::uint64_t before = at == now_.end() ? 0 : at->second->reserved;
    if (!has_room(size - std::min(size, before))) return ENOSPC;
    made(plain(file)).reserved = size;
    return 0;
}

// Ends and beginnings.

void faulty_disk::restart(survival what) {
    is_dead_ = false;
    held_.clear();
    // Names change one after the other, whatever happens to contents.
    std::size_t names = 0;
    if (what == survival::everything) names = names_.size() - 1;
    if (what == survival::writes || what == survival::sectors) {
        names = static_cast<std::size_t>(random_() % names_.size());
    }
    directory next;
    for (const auto& [name, file] : names_[names]) {
        auto copy = std::make_shared<node>();
        copy->durable = file->durable;
        for (const change& each : file->pending)
            apply_some(*copy, each, what);
        copy->now = copy->durable;
        copy->reserved = file->reserved;
        next[name] = std::move(copy);
    }
    now_ = std::move(next);
    sync_names();
}

void faulty_disk::restart_process() {
    held_.clear();
    for (auto& [name, file] : now_) {
        // The cache may have let go of pages that it calls clean: then they are read as they are
        // on the disk.
        for (const std::uint64_t s : file->lost) {
            if (!coin()) continue;
            for (std::uint64_t at = s * sector; at < (s + 1) * sector && at < file->now.size();
                 ++at)
                file->now[at] = at < file->durable.size() ? file->durable[at] : std::byte{};
        }
        file->lost.clear();
    }
}

}  // namespace roi::fault
