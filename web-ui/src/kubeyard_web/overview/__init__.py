"""The first page: is my thing running, why not, what is it using, how do I start the next one."""
