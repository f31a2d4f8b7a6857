"""The words of chat: commands, invocations, replies and actions. Pure: values in, values out."""
