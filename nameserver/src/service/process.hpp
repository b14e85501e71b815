// Processes of this host, so that one that ended while the name server was away is found out.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace roi::nameserver {

/// Names a running process for as long as the machine is up, also where its number is given to
/// another one: boot, pid namespace, number and start. Empty where the system does not say.
std::string process_identity(pid_t pid);

/// True where the process of that identity has certainly ended. What cannot be known is not said:
/// another pid namespace, say.
bool process_ended(std::string_view identity);

}  // namespace roi::nameserver
