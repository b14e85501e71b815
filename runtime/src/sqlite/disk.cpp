// The disk of the system: flock() for locks, fsync() for files and directories.
#include "sqlite/disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace roi::sqlite {
namespace {

/// A file descriptor that is closed.
class descriptor {
public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

class file_lock final : public disk::lock {
public:
    explicit file_lock(descriptor file)
        : file_(std::move(file)), is_held_(::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) {}

    bool is_held() const noexcept override { return is_held_; }
    std::string text() const override {
        char text[1024];
        const ssize_t size = ::pread(file_.get(), text, sizeof text, 0);
        return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
    }
    int set_text(std::string_view text) noexcept override {
        const auto size = static_cast<ssize_t>(text.size());
        const ssize_t written = ::pwrite(file_.get(), text.data(), text.size(), 0);
        if (written != size) return written < 0 ? errno : ENOSPC;
        return ::ftruncate(file_.get(), size) == 0 ? 0 : errno;
    }

private:
    descriptor file_;
    bool is_held_;
};

class real_disk final : public disk {
public:
    const char* vfs() const noexcept override { return nullptr; }

    std::unique_ptr<lock> take(const std::filesystem::path& file, int& error) override {
        descriptor opened{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
        if (opened.get() < 0) {
            error = errno;
            return nullptr;
        }
        return std::make_unique<file_lock>(std::move(opened));
    }
    bool exists(const std::filesystem::path& file) override {
        struct stat found {};
        return ::stat(file.c_str(), &found) == 0;
    }
    int make(const std::filesystem::path& file) override {
        const descriptor made{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        return made.get() >= 0 ? 0 : errno;
    }
    int remove(const std::filesystem::path& file) override {
        return ::unlink(file.c_str()) == 0 || errno == ENOENT ? 0 : errno;
    }
    int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    }
    int sync(const std::filesystem::path& path) override {
        const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        return file.get() >= 0 && ::fsync(file.get()) == 0 ? 0 : errno;
    }
    int reserve(const std::filesystem::path& file, std::uint64_t size) override {
        const descriptor made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
        if (made.get() < 0) return errno;
        const int error = ::posix_fallocate(made.get(), 0, static_cast<off_t>(size));
        if (error != 0) ::unlink(file.c_str());
        return error;
    }
};

}  // namespace

disk& system_disk() noexcept {
    static real_disk one;
    return one;
}

std::string system_text(int error) {
    return std::generic_category().message(error);
}

long file_system_type(const std::filesystem::path& path) {
    struct statfs found {};
    return ::statfs(path.c_str(), &found) == 0 ? static_cast<long>(found.f_type) : 0;
}

std::string network_file_system(long type) {
    switch (static_cast<unsigned long>(type) & 0xFFFFFFFFUL) {
        case 0x6969:
            return "NFS";
        case 0x517B:
            return "SMB";
        case 0xFE534D42:
            return "SMB2";
        case 0xFF534D42:
            return "CIFS";
        case 0x5346414F:
            return "AFS";
        case 0x73757245:
            return "Coda";
        case 0x00C36400:
            return "Ceph";
        case 0x0BD00BD0:
            return "Lustre";
        case 0x47504653:
            return "GPFS";
        case 0x01021997:
            return "9P";
        case 0x013111A8:
            return "IBRIX";
        default:
            return {};
    }
}

}  // namespace roi::sqlite
