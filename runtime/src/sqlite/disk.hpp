// What the rules of a database need of the file system beside SQLite: locks, renames, syncs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace roi::sqlite {

/// Functions that change something return 0, or the number of an error as in errno.
class disk {
public:
    virtual ~disk() = default;

    /// SQLite's own layer for the same files; null: that of the system.
    virtual const char* vfs() const noexcept = 0;

    /// A small file that one holder has at a time, in this process or another, and what it says.
    class lock {
    public:
        virtual ~lock() = default;
        /// False: somebody else holds it, who wrote text().
        virtual bool is_held() const noexcept = 0;
        virtual std::string text() const = 0;
        virtual int set_text(std::string_view text) noexcept = 0;
    };
    /// Makes the file where it is missing. Null on an error.
    virtual std::unique_ptr<lock> take(const std::filesystem::path& file, int& error) = 0;

    virtual bool exists(const std::filesystem::path& file) = 0;
    /// An empty file that only its owner can read; EEXIST where there is one.
    virtual int make(const std::filesystem::path& file) = 0;
    /// A file that is not there is no error.
    virtual int remove(const std::filesystem::path& file) = 0;
    virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Makes durable what was written to a file, or what was made and renamed in a directory.
    virtual int sync(const std::filesystem::path& file_or_directory) = 0;
    /// A file that takes up `size` bytes of the disk, whatever is written elsewhere later. Where
    /// that fails there is no such file.
    virtual int reserve(const std::filesystem::path& file, std::uint64_t size) = 0;
};

disk& system_disk() noexcept;

/// "Permission denied" for EACCES, and so on.
std::string system_text(int error);

/// Type of the file system that holds `path`, as statfs() numbers it; 0 where it cannot be told.
long file_system_type(const std::filesystem::path& path);

/// "NFS" and the like where the type number is that of a network file system; else empty.
std::string network_file_system(long type);

}  // namespace roi::sqlite
