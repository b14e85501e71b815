// Preloaded into a name server: while the file FAIL_SYNC exists, nothing can be synced.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace {

int sync_by(long call, int file) {
    const char* flag = std::getenv("FAIL_SYNC");
    if (flag && ::access(flag, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(call, file));
}

}  // namespace

extern "C" int fsync(int file) {
    return sync_by(SYS_fsync, file);
}

extern "C" int fdatasync(int file) {
    return sync_by(SYS_fdatasync, file);
}
